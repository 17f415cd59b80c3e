import { spread } from "@rebench/stats";
import type { Grader } from "../host/grader.ts";

export interface MeanScoreOptions {
  readonly folder: string;
  readonly purpose: string;
  readonly scorings: number;
  /** While the mean lies above `limit`, go on until there are `most` scorings: on a busy machine few may lie above it by chance. */
  readonly unless?: { readonly limit: number; readonly most: number };
}

export interface MeanScore {
  readonly mean: number;
  readonly scorings: number;
}

/** Mean normalised score of a folder over several scorings; one that is not valid counts as 0. */
export async function meanScore(
  grader: Grader,
  { folder, purpose, scorings, unless }: MeanScoreOptions,
): Promise<MeanScore> {
  const normalized: number[] = [];
  const above = (): boolean =>
    unless !== undefined && normalized.length < unless.most && spread(normalized).mean > unless.limit;
  while (normalized.length < scorings || above()) {
    const verdict = await grader.grade(folder, `${purpose} ${normalized.length + 1}`);
    normalized.push(verdict.status === "valid" ? verdict.normalized : 0);
  }
  return { mean: spread(normalized).mean, scorings: normalized.length };
}
