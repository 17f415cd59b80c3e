import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { budgetView } from "../attempt/budget-view.ts";
import { sampleOpening, sampleScore, sampleSpec, stamped } from "../testing/sample-events.ts";
import type { AttemptEvent, StampedEvent } from "./attempt-event.ts";
import { applyEvent } from "./apply-event.ts";
import type { AttemptState } from "./attempt-state.ts";
import { columns } from "./ledger.ts";

const seed = "0".repeat(32);
const calibrated: AttemptEvent = {
  type: "machine.calibrated",
  unit: "training steps/s",
  rate: 50,
  referenceRate: 100,
  factor: 2,
  workingMs: 120_000,
  wallMs: 1_200_000,
};
const uncalibrated: AttemptEvent = { type: "calibration.failed", blame: "pack", code: "x", message: "y" };
const events: readonly AttemptEvent[] = [
  calibrated,
  uncalibrated,
  { type: "agent.started" },
  { type: "agent.ended", reason: "done", outcome: { kind: "completed" } },
  { type: "pause.started", reason: "person" },
  { type: "pause.ended" },
  { type: "wait.started", cause: "rate-limit" },
  { type: "wait.ended" },
  { type: "scoring.started", purpose: "attempt", seed },
  { type: "scoring.queued" },
  { type: "scoring.resumed" },
  { type: "scoring.ended" },
  { type: "score.recorded", entry: sampleScore(0, 0.5) },
  { type: "note.added", text: "a note" },
  { type: "attempt.finished", outcome: { kind: "completed" } },
];

const fold = (all: readonly StampedEvent[]): AttemptState => {
  const state = all.reduce<AttemptState | null>(applyEvent, null);
  if (state === null) throw new TypeError("no events");
  return state;
};

const histories = fc.array(fc.tuple(fc.constantFrom(...events), fc.nat(100_000)), { maxLength: 60 }).map((steps) =>
  stamped(
    [sampleOpening, ...steps.map(([event]) => event)],
    steps.map(([, gap]) => gap),
  ),
);

describe("applyEvent", () => {
  it("books every millisecond to exactly one column, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { ledger, pauses } = fold(history);
        const total = columns.reduce((sum, column) => sum + ledger.spent[column], 0);
        expect(total).toBe(history.at(-1)?.elapsedMs);
        expect(ledger.upTo).toBe(total);
        expect(pauses.reduce((sum, { milliseconds }) => sum + milliseconds, 0)).toBe(ledger.spent.paused);
      }),
    );
  });

  it("gives the same state live and from a replay of what was stored", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const stored = JSON.parse(JSON.stringify(history)) as StampedEvent[];
        expect(fold(stored)).toEqual(fold(history));
      }),
    );
  });

  it("charges no working time while paused, scored or waiting, and queues before all", () => {
    const { ledger } = fold(
      stamped(
        [
          sampleOpening,
          { type: "agent.started" },
          { type: "pause.started", reason: "person" },
          { type: "pause.ended" },
          { type: "scoring.started", purpose: "attempt", seed },
          { type: "scoring.queued" },
          { type: "scoring.resumed" },
          { type: "scoring.ended" },
          { type: "wait.started", cause: "rate-limit" },
          { type: "wait.ended" },
          { type: "agent.ended", reason: "done", outcome: { kind: "completed" } },
          { type: "attempt.finished", outcome: { kind: "completed" } },
        ],
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
      ),
    );
    expect(ledger.spent).toEqual({
      setup: 1,
      working: 2 + 8 + 128 + 512,
      paused: 4,
      scoring: 16 + 64 + 1024,
      queue: 32,
      rateLimit: 256,
    });
  });

  it("lets time pass for an event type of a later version", () => {
    const unknown = { seq: 2, at: 0, elapsedMs: 50, type: "moon.risen" } as unknown as StampedEvent;
    const state = applyEvent(fold(stamped([sampleOpening, { type: "agent.started" }], [10])), unknown);
    expect(state.ledger.spent).toMatchObject({ setup: 10, working: 40 });
  });

  it("refuses a journal that does not begin as one", () => {
    expect(() => applyEvent(null, { seq: 0, at: 0, elapsedMs: 0, type: "agent.started" })).toThrow(
      "begins with journal.opened",
    );
  });

  it("has the calibrated limits in force, and the planned ones where nothing was measured", () => {
    const planned = fold(stamped([sampleOpening], []));
    expect(planned).toMatchObject({ budget: sampleSpec.budget, calibration: null });
    const state = fold(stamped([sampleOpening, calibrated, { type: "agent.started" }], [10]));
    expect(state.budget).toEqual({ ...sampleSpec.budget, workingMs: 120_000, wallMs: 1_200_000 });
    expect(state.calibration).toMatchObject({ status: "measured", rate: 50, factor: 2 });
    expect(budgetView(state, 30_010)).toMatchObject({ workingSecondsUsed: 30, workingSecondsLeft: 90 });
    const failed = fold(stamped([sampleOpening, uncalibrated], []));
    expect(failed).toMatchObject({ budget: sampleSpec.budget, calibration: { status: "failed", blame: "pack" } });
  });

  it("counts the score calls of the agent, not our own", () => {
    const started = (purpose: "start" | "attempt" | "final" | "confirm"): AttemptEvent => ({
      type: "scoring.started",
      purpose,
      seed,
    });
    const state = fold(
      stamped(
        [sampleOpening, started("start"), started("attempt"), started("attempt"), started("final"), started("confirm")],
        [],
      ),
    );
    expect(state.scoreCallsUsed).toBe(2);
  });
});
