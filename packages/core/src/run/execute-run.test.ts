import { describe, expect, it } from "vitest";
import { applyEvent } from "../events/apply-event.ts";
import type { AttemptEvent } from "../events/attempt-event.ts";
import type { Outcome } from "../events/outcome.ts";
import { sampleSpec, stamped } from "../testing/sample-events.ts";
import { executeRun, type RunEvent, type RunPorts } from "./execute-run.ts";
import type { RunPlan } from "./plan-run.ts";

function planOf(count: number, parallel: number): RunPlan {
  const attempts = Array.from({ length: count }, (_, index) => ({
    ...sampleSpec,
    index,
    attemptId: `01SAMPLE.${index}`,
  }));
  return { runId: "01SAMPLE", seed: sampleSpec.seed, parallel, attempts };
}

/** Attempts that take no time and end as told. */
function portsEnding(outcomes: readonly Outcome[], during: (running: number) => void = () => undefined): RunPorts {
  let running = 0;
  return {
    async attempt(spec, publish) {
      during((running += 1));
      await Promise.resolve();
      const opened: AttemptEvent = { type: "journal.opened", schema: 1, host: "1.0.0", spec };
      const finished: AttemptEvent = {
        type: "attempt.finished",
        outcome: outcomes[spec.index] ?? { kind: "completed" },
      };
      const events = stamped([opened, finished], [1]);
      events.forEach(publish);
      running -= 1;
      return events.reduce(applyEvent as never, null) as never;
    },
  };
}

async function eventsOf(plan: RunPlan, ports: RunPorts, stop = new AbortController().signal): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of executeRun(plan, ports, { stop })) events.push(event);
  return events;
}

const last = (events: readonly RunEvent[]): RunEvent | undefined => events.at(-1);

describe("executeRun", () => {
  it("yields every event of every attempt between the run's first and last", async () => {
    const events = await eventsOf(planOf(3, 1), portsEnding([]));
    expect(events.map(({ type }) => type)).toEqual([
      "run.started",
      ...Array.from({ length: 3 }, () => ["attempt.event", "attempt.event", "attempt.ended"]).flat(),
      "run.finished",
    ]);
    expect(last(events)).toEqual({ type: "run.finished", outcome: "completed" });
  });

  it("never runs more attempts at once than asked for", async () => {
    let most = 0;
    await eventsOf(
      planOf(20, 3),
      portsEnding([], (running) => (most = Math.max(most, running))),
    );
    expect(most).toBe(3);
  });

  it("calls a run partial when an attempt failed, not when one met its limit", async () => {
    const limit: Outcome = { kind: "limit", limit: "working" };
    const failed: Outcome = { kind: "failed", blame: "host", code: "x", message: "y" };
    expect(last(await eventsOf(planOf(2, 1), portsEnding([limit])))).toMatchObject({ outcome: "completed" });
    expect(last(await eventsOf(planOf(2, 1), portsEnding([failed])))).toMatchObject({ outcome: "partial" });
  });

  it("begins no further attempt after a stop", async () => {
    const stop = new AbortController();
    let begun = 0;
    const events = await eventsOf(
      planOf(5, 1),
      portsEnding([], () => (begun += 1) === 2 && stop.abort()),
      stop.signal,
    );
    expect(begun).toBe(2);
    expect(last(events)).toMatchObject({ outcome: "interrupted" });
  });

  it("carries the attempts that are under way to their end before it throws what one threw", async () => {
    const ended: number[] = [];
    const ports: RunPorts = {
      async attempt(spec, publish) {
        if (spec.index === 0) throw new Error("disk on fire");
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended.push(spec.index);
        return portsEnding([]).attempt(spec, publish);
      },
    };
    await expect(eventsOf(planOf(4, 2), ports)).rejects.toThrow("disk on fire");
    expect(ended).toEqual([1]);
  });

  it("throws what an attempt threw, after the events before it", async () => {
    const ports: RunPorts = { attempt: () => Promise.reject(new Error("disk on fire")) };
    await expect(eventsOf(planOf(1, 1), ports)).rejects.toThrow("disk on fire");
  });
});
