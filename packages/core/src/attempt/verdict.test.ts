import { describe, expect, it } from "vitest";
import type { LoadedTask } from "../run/loaded-task.ts";
import { verdict } from "./verdict.ts";

const task = (kind: "fixed" | "measured"): LoadedTask =>
  ({
    tier: { anchors: kind === "fixed" ? { kind, start: 2, reference: 1, source: "" } : { kind, source: "" } },
  }) as unknown as LoadedTask;

describe("verdict", () => {
  it("normalises with the tier's anchors, or with the session's own where they are measured", () => {
    expect(verdict({ status: "valid", raw: 1.5 }, task("fixed"), "attempt")).toMatchObject({
      status: "valid",
      normalized: 0.5,
    });
    const measured = verdict(
      { status: "valid", raw: 3, anchors: { start: 4, reference: 2 } },
      task("measured"),
      "attempt",
    );
    expect(measured).toMatchObject({ normalized: 0.5, anchors: { start: 4, reference: 2 } });
  });

  it("makes the start 0 by definition where anchors are measured", () => {
    const start = verdict(
      { status: "valid", raw: 3.9, anchors: { start: 4, reference: 2 } },
      task("measured"),
      "start",
    );
    expect(start).toMatchObject({ raw: 4, normalized: 0 });
  });

  it("blames the pack for numbers that are no score", () => {
    expect(verdict({ status: "valid", raw: Number.NaN }, task("fixed"), "attempt")).toMatchObject({
      status: "failed",
      blame: "pack",
      code: "pack.score-not-a-number",
    });
    expect(verdict({ status: "valid", raw: 1 }, task("measured"), "attempt")).toMatchObject({
      code: "pack.no-anchors",
    });
    const flat = verdict({ status: "valid", raw: 1, anchors: { start: 2, reference: 2 } }, task("measured"), "attempt");
    expect(flat).toMatchObject({ code: "pack.score-not-a-number" });
  });

  it("bounds what a scorer may say", () => {
    const loud = verdict({ status: "invalid", reason: "x".repeat(100_000) }, task("fixed"), "attempt");
    expect(loud.status === "invalid" && loud.reason.length).toBeLessThan(5000);
  });
});
