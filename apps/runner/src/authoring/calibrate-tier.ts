import { RebenchError } from "@rebench/task-kit";
import { spread } from "@rebench/stats";
import type { CheckContext } from "../conformance/check.ts";
import { openSubmission } from "../conformance/open-submission.ts";
import { openLocation } from "../packs/location.ts";

/** Raw scores of one solution, scored again and again. */
interface MeasuredSolution {
  readonly mean: number;
  readonly standardDeviation: number;
  /** SD of the normalised score: the tier's noise is the larger one of its two solutions. */
  readonly noise: number;
}

export interface MeasuredTier {
  readonly task: string;
  readonly tier: string;
  readonly unit: string;
  readonly scorings: number;
  readonly start: MeasuredSolution;
  readonly reference: MeasuredSolution;
  readonly noise: number;
  /** How fast this machine does the tier's own work; null where its budget is not calibrated. */
  readonly rate: MeasuredRate | null;
}

interface MeasuredRate {
  readonly unit: string;
  readonly measurements: number;
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Scores the starting solution and the reference, and measures the rate, `repeat` times each. Errors with code `pack.not-scored` where one is not valid. */
export async function calibrateTier(context: CheckContext): Promise<MeasuredTier> {
  const { task, tier, packPath } = context.loaded;
  const rate = await rates(context);
  await using location = await openLocation(tier.reference, packPath);
  const startScores = await scores(context, "start", packPath(tier.start));
  await using submission = await openSubmission(context, tier.reference, location.folder);
  const referenceScores = await scores(context, "reference", submission.folder);
  const anchors = { start: spread(startScores).mean, reference: spread(referenceScores).mean };
  const start = measured(startScores, anchors);
  const reference = measured(referenceScores, anchors);
  return {
    task: task.id,
    tier: tier.name,
    unit: task.score.unit,
    scorings: context.repeat,
    start,
    reference,
    noise: Math.max(start.noise, reference.noise),
    rate,
  };
}

async function rates({ loaded, repeat, measureRate, onProgress }: CheckContext): Promise<MeasuredRate | null> {
  const { calibration } = loaded.tier;
  if (calibration === undefined) return null;
  const found: number[] = [];
  for (let round = 1; round <= repeat; round += 1) {
    onProgress(`calibration, ${round} of ${repeat}`);
    const one = await measureRate();
    if (one.status === "failed")
      throw new RebenchError({
        code: one.code,
        message: `the calibration failed: ${one.message}`,
        fix: "`rebench pack check --only calibration` says more",
      });
    found.push(one.rate);
  }
  const { mean, standardDeviation } = spread(found);
  return { unit: calibration.unit, measurements: repeat, mean, standardDeviation };
}

async function scores({ grader, repeat, onProgress }: CheckContext, what: string, folder: string): Promise<number[]> {
  const raw: number[] = [];
  for (let round = 1; round <= repeat; round += 1) {
    onProgress(`scoring the ${what}, ${round} of ${repeat}`);
    const verdict = await grader.grade(folder, `calibrate ${what} ${round}`);
    if (verdict.status !== "valid")
      throw new RebenchError({
        code: "pack.not-scored",
        message: `the ${what} solution ends ${verdict.status}: ${verdict.reason}`,
        fix: "`rebench pack check --only anchors` says more",
      });
    raw.push(verdict.raw);
  }
  return raw;
}

function measured(raw: readonly number[], anchors: { start: number; reference: number }): MeasuredSolution {
  const { mean, standardDeviation } = spread(raw);
  return { mean, standardDeviation, noise: standardDeviation / Math.abs(anchors.reference - anchors.start) };
}
