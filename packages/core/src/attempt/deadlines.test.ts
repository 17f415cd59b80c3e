import { expect, it } from "vitest";
import { applyEvent } from "../events/apply-event.ts";
import type { AttemptEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { Clock } from "../ports/clock.ts";
import { sampleOpening, stamped } from "../testing/sample-events.ts";
import { deadlinesFor } from "./deadlines.ts";
import type { Recorder } from "./recorder.ts";

const clock: Clock = { epochMs: () => 1_000_000, monotonicMs: () => 0, sleep: () => Promise.resolve() };

/** Ten seconds of setup, then five at work. */
function deadlinesAfter(...before: readonly AttemptEvent[]): ReturnType<typeof deadlinesFor> {
  const events = stamped(
    [sampleOpening, ...before, { type: "agent.started" }],
    before.length === 0 ? [10_000] : [0, 10_000],
  );
  const state = events.reduce<AttemptState | null>(applyEvent, null) as AttemptState;
  return deadlinesFor({ state: () => state, elapsedMs: () => 15_000 } as unknown as Recorder, clock);
}

it("charges work to the working time, and everything to the wall", () => {
  expect(deadlinesAfter()).toEqual({ workingEndsAt: 1_055_000, wallEndsAt: 1_585_000 });
});

it("holds the calibrated limits", () => {
  const rates = { unit: "steps/s", rate: 50, referenceRate: 100, factor: 2 };
  const calibrated: AttemptEvent = { type: "machine.calibrated", ...rates, workingMs: 120_000, wallMs: 1_200_000 };
  expect(deadlinesAfter(calibrated)).toEqual({ workingEndsAt: 1_115_000, wallEndsAt: 2_185_000 });
});
