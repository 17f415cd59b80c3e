import { expect, it } from "vitest";
import { ServiceRefusal } from "@rebench/task-kit";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { Recorder } from "./recorder.ts";
import { serviceCalls } from "./service-calls.ts";

function open(call: (input: unknown) => Promise<unknown>) {
  const counts: Record<string, number> = {};
  const recorder = {
    state: () => ({ serviceCalls: counts }),
    elapsedMs: () => 0,
    record: () => Promise.resolve().then(() => (counts["judge"] = (counts["judge"] ?? 0) + 1)),
  } as unknown as Recorder;
  const services = [{ name: "judge", callBudget: 2, availableTo: ["agent"] }];
  const loaded = { task: { services } } as unknown as LoadedTask;
  return serviceCalls({ loaded, recorder, services: new Map([["judge", { call }]]) });
}

it("holds the call budget when many calls come at once", async () => {
  let served = 0;
  const call = open(async () => {
    served += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { verdict: "a" };
  });
  const statuses = (await Promise.all(Array.from({ length: 20 }, () => call("judge", "{}")))).map(
    ({ status }) => status,
  );
  expect(statuses.filter((status) => status === 200)).toHaveLength(2);
  expect(served).toBe(2);
  expect((await call("judge", "{}")).status).toBe(429);
});

it("shows a refusal to its caller and keeps a failure to itself", async () => {
  const refusing = open(() => Promise.reject(new ServiceRefusal("say please")));
  expect(await refusing("judge", "{}")).toMatchObject({ status: 422, body: { text: "say please" } });
  const failing = open(() => Promise.reject(new Error("secret path /hidden")));
  expect((await failing("judge", "{}")).body.text).not.toContain("hidden");
});
