import { describe, expect, it } from "vitest";
import { applyEvent } from "../events/apply-event.ts";
import type { AttemptEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import { sampleOpening, sampleScore, stamped } from "../testing/sample-events.ts";
import { attemptResult } from "./attempt-result.ts";

function resultOf(events: readonly AttemptEvent[], gaps: readonly number[] = []) {
  const state = stamped([sampleOpening, ...events], gaps).reduce<AttemptState | null>(applyEvent, null);
  return attemptResult(state as AttemptState, "/journal.jsonl");
}

const start: AttemptEvent = { type: "score.recorded", entry: sampleScore(0, 0, { source: "start" }) };
const good: AttemptEvent = { type: "score.recorded", entry: sampleScore(1, 0.8) };

describe("attemptResult", () => {
  it("reports the confirmed number of a tier that says so, with the selected one beside it", () => {
    const confirmed: AttemptEvent = { type: "score.confirmed", entry: sampleScore(1, 0.7, { source: "confirm" }) };
    expect(resultOf([start, good, confirmed]).score).toMatchObject({
      kind: "confirmed",
      normalized: 0.7,
      selected: { normalized: 0.8 },
      confirmed: { normalized: 0.7 },
    });
  });

  it("counts a submission that does not hold up on fresh data as the start", () => {
    const entry = {
      ...sampleScore(1, 0),
      status: "invalid" as const,
      source: "confirm" as const,
      reason: "wrong on fresh data",
    };
    expect(resultOf([start, good, { type: "score.confirmed", entry }]).score).toMatchObject({
      kind: "confirmed",
      normalized: 0,
    });
  });

  it("says that only the selected number is known when confirming failed through our fault", () => {
    const entry = {
      ...sampleScore(1, 0),
      status: "failed" as const,
      source: "confirm" as const,
      blame: "host" as const,
      code: "x",
      reason: "y",
    };
    expect(resultOf([start, good, { type: "score.confirmed", entry }]).score).toMatchObject({
      kind: "selected",
      normalized: 0.8,
      confirmed: null,
    });
  });

  it("gives 0 to an attempt without a valid score of its own, and null when not even the start was scored", () => {
    const refused = { ...sampleScore(1, 0), status: "invalid" as const, reason: "a cheat" };
    expect(resultOf([start, { type: "score.recorded", entry: refused }]).score).toMatchObject({
      normalized: 0,
      kind: "confirmed",
    });
    expect(resultOf([]).score).toBeNull();
  });

  it("prints a ledger whose columns add up to wall time to the millisecond", () => {
    const { wall = 0, ...columns } = resultOf(
      [{ type: "agent.started" }, { type: "agent.ended", reason: "done", outcome: { kind: "completed" } }, start],
      [1234, 8765, 31],
    ).ledger;
    const milliseconds = Object.values(columns).map((seconds) => Math.round(seconds * 1000));
    expect(milliseconds.reduce((sum, one) => sum + one, 0)).toBe(Math.round(wall * 1000));
    expect(wall).toBe(10.03);
  });
});
