import { describe, expect, it } from "vitest";
import { sampleScore } from "../testing/sample-events.ts";
import { selectScore } from "./select-score.ts";

const start = sampleScore(0, 0, { source: "start" });
const invalid = { ...sampleScore(2, 0), status: "invalid" as const, reason: "empty" };

describe("selectScore", () => {
  it("takes the best valid entry, the earliest of equals", () => {
    const scores = [start, sampleScore(1, 0.4), invalid, sampleScore(3, 0.9), sampleScore(4, 0.9), sampleScore(5, 0.2)];
    expect(selectScore(scores, "best")?.seq).toBe(3);
  });

  it("takes the last valid entry for tasks that say so", () => {
    expect(selectScore([start, sampleScore(1, 0.4), sampleScore(2, 0.1), { ...invalid, seq: 3 }], "last")?.seq).toBe(2);
  });

  it("falls back to the start when everything after it is worse or invalid", () => {
    expect(selectScore([start, sampleScore(1, -0.5), invalid], "best")?.seq).toBe(0);
    expect(selectScore([], "best")).toBeNull();
  });

  it("tells scores below the start apart, though both read 0", () => {
    const worse = [sampleScore(1, -0.5), sampleScore(2, -0.1)];
    expect(worse.map((entry) => "normalized" in entry && entry.normalized)).toEqual([0, 0]);
    expect(selectScore(worse, "best")?.seq).toBe(2);
  });
});
