import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClamped } from "../events/calibration.ts";
import type { AttemptEvent } from "../events/attempt-event.ts";
import { sampleSpec } from "../testing/sample-events.ts";
import { calibrateBudget } from "./calibrate-budget.ts";

const calibration = {
  files: [],
  argv: ["sh", "rate.sh"],
  timeoutSeconds: 10,
  unit: "training steps/s",
  rate: 100,
  bounds: { least: 0.5, most: 4 },
} as const;
const tier = { workingSeconds: 60, wallSeconds: 600, scoreCalls: 10 };

function calibrated(rate: number, requestedWorkingMs?: number): Extract<AttemptEvent, { type: "machine.calibrated" }> {
  const planned = { ...sampleSpec.budget, ...(requestedWorkingMs === undefined ? {} : { requestedWorkingMs }) };
  const event = calibrateBudget({ calibration, tier, planned }, { status: "measured", rate });
  if (event.type !== "machine.calibrated") throw new TypeError(event.type);
  return event;
}

describe("calibrateBudget", () => {
  it.each([
    { machine: "as fast", rate: 100, factor: 1, workingMs: 60_000, wallMs: 600_000, clamped: false },
    { machine: "half as fast", rate: 50, factor: 2, workingMs: 120_000, wallMs: 1_200_000, clamped: false },
    { machine: "faster: the wall stays", rate: 125, factor: 0.8, workingMs: 48_000, wallMs: 600_000, clamped: false },
    { machine: "too slow", rate: 1, factor: 4, workingMs: 240_000, wallMs: 2_400_000, clamped: true },
    { machine: "too fast", rate: 1e9, factor: 0.5, workingMs: 30_000, wallMs: 600_000, clamped: true },
    { machine: "at a bound", rate: 25, factor: 4, workingMs: 240_000, wallMs: 2_400_000, clamped: false },
  ])("a machine that is $machine", ({ rate, factor, workingMs, wallMs, clamped }) => {
    const event = calibrated(rate);
    expect(event).toEqual({
      type: "machine.calibrated",
      unit: "training steps/s",
      rate,
      referenceRate: 100,
      factor,
      workingMs,
      wallMs,
    });
    expect(isClamped(event)).toBe(clamped);
  });

  it("takes a person's own limit as it is, but gives no more than the calibrated tier", () => {
    expect(calibrated(50, 30_000).workingMs).toBe(30_000);
    expect(calibrated(50, 90_000).workingMs).toBe(90_000);
    expect(calibrated(50, 600_000).workingMs).toBe(120_000);
    expect(calibrated(1000, 60_000).workingMs).toBe(30_000);
  });

  it("gives every machine within the bounds the same compute", () => {
    fc.assert(
      fc.property(fc.double({ min: 25, max: 200, noNaN: true }), (rate) => {
        const { workingMs } = calibrated(rate);
        // Half a millisecond is lost to rounding.
        expect(Math.abs(rate * workingMs - 100 * 60_000)).toBeLessThanOrEqual(0.5 * rate + 1e-6);
      }),
    );
  });

  it("leaves the budget alone when nothing was measured, with whose fault it was", () => {
    const failed = {
      status: "failed",
      blame: "pack",
      code: "pack.bad-calibration",
      message: "x".repeat(10_000),
    } as const;
    const event = calibrateBudget({ calibration, tier, planned: sampleSpec.budget }, failed);
    expect(event).toMatchObject({ type: "calibration.failed", blame: "pack", code: "pack.bad-calibration" });
    expect(event).not.toHaveProperty("workingMs");
    expect(JSON.stringify(event).length).toBeLessThan(3000);
  });
});
