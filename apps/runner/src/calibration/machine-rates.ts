import type { LoadedTask, MachineRate, RunPlan } from "@rebench/core";
import { spendsWorkingTime } from "../agents.ts";
import { measureRate, type MeasureRateOptions } from "./measure-rate.ts";

/** What was found earlier in this process. A command lives for minutes or hours; a machine's speed may be another one tomorrow. */
const known = new Map<string, Extract<MachineRate, { status: "measured" }>>();

/** Measured once for a tier and isolation level in the life of this process; a failure is not remembered. */
async function machineRate(loaded: LoadedTask, options: MeasureRateOptions): Promise<MachineRate> {
  return known.get(keyOf(loaded, options)) ?? measureAgain(loaded, options);
}

/** Whatever was found earlier; what is found now takes its place. */
export async function measureAgain(loaded: LoadedTask, options: MeasureRateOptions): Promise<MachineRate> {
  const found = await measureRate(loaded, options);
  if (found.status === "measured") known.set(keyOf(loaded, options), found);
  return found;
}

/** Before a plan's first attempt: the rates of all its tiers whose budget is calibrated and spent by somebody. */
export async function ratesOfPlan(
  plan: RunPlan,
  tasks: readonly LoadedTask[],
  options: MeasureRateOptions,
): Promise<ReadonlyMap<LoadedTask, MachineRate>> {
  const rates = new Map<LoadedTask, MachineRate>();
  for (const task of tasks) {
    const { name, tier } = task.reference;
    const worked = plan.attempts.some(
      (spec) => spec.task.name === name && spec.task.tier === tier && spendsWorkingTime(spec.agent, task),
    );
    if (worked && task.tier.calibration !== undefined) rates.set(task, await machineRate(task, options));
  }
  return rates;
}

function keyOf({ reference, tier }: LoadedTask, { isolation }: MeasureRateOptions): string {
  const { digest, taskId } = reference;
  return JSON.stringify([digest, taskId, tier.name, isolation]);
}
