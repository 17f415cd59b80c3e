import { setTimeout as sleep } from "node:timers/promises";
import type { Execution, Sandbox, SandboxEnd, SandboxProvider, SandboxSpec } from "@rebench/core";
import { expect, it } from "vitest";
import { openScoringSandbox } from "./scoring-sandbox.ts";

it("a command that is lost before anyone awaits it is told to who awaits it later", async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<SandboxEnd>();
  const never = { wait: () => new Promise(() => undefined) } as unknown as Execution;
  const done = {
    wait: async () => ({ exitCode: 0 }),
    readOutput: async () => new Uint8Array(),
  } as unknown as Execution;
  const sandbox = {
    layout: { harness: "/harness", sharedMemory: "/dev/shm" },
    guarantees: { users: true },
    ended,
    exec: async ({ argv }: { argv: readonly string[] }) => (argv[0] === "chmod" ? done : never),
  } as unknown as Sandbox;
  const provider = { create: async () => sandbox } as unknown as SandboxProvider;
  const opened = await openScoringSandbox(provider, {} as SandboxSpec);
  const started = await opened.start({ argv: ["sleep", "9"], user: "contestant", timeoutSeconds: 9 });
  end({ kind: "died", reason: "killed" });
  // Node reports an unhandled rejection once the microtasks are through, and vitest fails on it.
  await sleep(5);
  await expect(started.result).rejects.toThrow("killed");
});
