import { normaliseUnclipped } from "@rebench/stats";
import type { ScoreEntry, ValidScoreEntry } from "../events/score-entry.ts";

/**
 * The task's aggregate over the score log: the best valid entry (the earliest of equals), or the last valid one.
 * Compared on the normalised scale without its floor, because measured anchors differ from session to session.
 */
export function selectScore(scores: readonly ScoreEntry[], aggregate: "best" | "last"): ValidScoreEntry | null {
  const valid = scores.filter((entry) => entry.status === "valid");
  if (aggregate === "last") return valid.at(-1) ?? null;
  let best: ValidScoreEntry | null = null;
  for (const entry of valid) if (best === null || height(entry) > height(best)) best = entry;
  return best;
}

const height = (entry: ValidScoreEntry): number =>
  entry.source === "start" ? entry.normalized : normaliseUnclipped(entry.raw, entry.anchors);
