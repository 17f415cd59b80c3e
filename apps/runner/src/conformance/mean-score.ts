import { spread } from "@rebench/stats";
import type { Grader } from "../host/grader.ts";

export interface MeanScoreOptions {
  readonly folder: string;
  readonly purpose: string;
  readonly scorings: number;
}

/** Mean normalised score of a folder over several scorings; one that is not valid counts as 0. */
export async function meanScore(grader: Grader, { folder, purpose, scorings }: MeanScoreOptions): Promise<number> {
  const normalized: number[] = [];
  for (let round = 1; round <= scorings; round += 1) {
    const verdict = await grader.grade(folder, `${purpose} ${round}`);
    normalized.push(verdict.status === "valid" ? verdict.normalized : 0);
  }
  return spread(normalized).mean;
}
