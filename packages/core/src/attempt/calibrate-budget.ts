import type { TierBudget, TierCalibration } from "@rebench/task-kit";
import type { AttemptEvent } from "../events/attempt-event.ts";
import type { MachineRate } from "../ports/machine-rate.ts";
import type { Budget } from "../run/attempt-spec.ts";

export interface BudgetToCalibrate {
  readonly calibration: TierCalibration;
  readonly tier: TierBudget;
  readonly planned: Budget;
}

const longestMessage = 2000;

/** What a measurement does to the budget of an attempt, as the event that says so. Pure. */
export function calibrateBudget({ calibration, tier, planned }: BudgetToCalibrate, found: MachineRate): AttemptEvent {
  if (found.status === "failed") {
    const { blame, code, message } = found;
    return { type: "calibration.failed", blame, code, message: message.slice(0, longestMessage) };
  }
  const factor = calibrationFactor(calibration, found.rate);
  const working = Math.max(1, Math.round(tier.workingSeconds * 1000 * factor));
  return {
    type: "machine.calibrated",
    unit: calibration.unit,
    rate: found.rate,
    referenceRate: calibration.rate,
    factor,
    workingMs: Math.min(working, planned.requestedWorkingMs ?? Infinity),
    // Scoring is slower on a slower machine, too; on a faster one people and models take as long as ever.
    wallMs: Math.round(tier.wallSeconds * 1000 * Math.max(1, factor)),
  };
}

/** What times are multiplied by on a machine of this rate. */
export function calibrationFactor({ rate, bounds }: TierCalibration, found: number): number {
  return Math.min(bounds.most, Math.max(bounds.least, rate / found));
}
