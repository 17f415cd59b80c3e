import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  hardwareClass,
  selectScore,
  verdict,
  type LoadedTask,
  type Machine,
  type ScoreEntry,
  type ScorerHost,
} from "@rebench/core";
import type { StoredAttempt } from "../host/stored-run.ts";
import { readSubmission } from "./check-submissions.ts";
import type { Problem } from "./problem.ts";

/** One stored score and what the same submission, scorer and seed give here. */
export interface Rescored {
  readonly attemptId: string;
  readonly score: "selected" | "confirmed";
  /** `exact` where nothing is timed; `within-noise` where a time was scored on the same class of hardware. */
  readonly result: "exact" | "within-noise" | "hardware-differs" | "differs" | "failed";
  readonly stored: ScoreOrReason;
  readonly again: ScoreOrReason;
  /** Largest difference of normalised scores that noise explains; 0 where nothing is timed. */
  readonly tolerance: number;
  readonly message: string;
}

type ScoreOrReason =
  | { readonly raw: number; readonly normalized: number }
  | { readonly status: "invalid" | "failed"; readonly reason: string };

export interface RescoreOptions {
  readonly attempt: StoredAttempt;
  readonly loaded: LoadedTask;
  readonly scorer: ScorerHost;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

/** Three standard deviations of the difference between two scorings. */
const noiseFactor = 3 * Math.SQRT2;

/** Scores the stored submission again, for the score that was selected and the one that confirmed it, with the seeds they had. */
export async function rescoreAttempt(options: RescoreOptions): Promise<Rescored[]> {
  const { state } = options.attempt;
  if (state === null) return [];
  const selected = selectScore(state.scores, state.spec.task.scale.aggregate);
  if (selected === null) return [];
  const rescored = [await rescore(options, "selected", selected)];
  const { confirmed } = state;
  if (confirmed !== null && confirmed.status !== "failed" && !options.signal.aborted)
    rescored.push(await rescore(options, "confirmed", confirmed));
  return rescored;
}

async function rescore(options: RescoreOptions, score: Rescored["score"], entry: ScoreEntry): Promise<Rescored> {
  const { attempt, loaded, machine } = options;
  const first = await scoreAgain(options, entry);
  let { judged } = first;
  const timed = first.leased || loaded.tier.anchors.kind === "measured";
  const tolerance = timed ? noiseFactor * loaded.tier.noise : 0;
  const before = attempt.state?.machine ?? null;
  const sameHardware = before !== null && hardwareClass(before) === hardwareClass(machine);
  let scorings = 1;
  let { result, message } = compare({ entry, judged, timed, tolerance, sameHardware });
  // A busy machine spoils a time, and then it is no word on the score. One that was never that good is not met by trying again.
  while (timed && result === "differs" && scorings < mostScorings && !options.signal.aborted) {
    scorings += 1;
    const again = (await scoreAgain(options, entry)).judged;
    if (distance(entry, again) >= distance(entry, judged)) continue;
    judged = again;
    ({ result, message } = compare({ entry, judged, timed, tolerance, sameHardware }));
  }
  if (scorings > 1) message += `; the closest of ${scorings} scorings`;
  const hardware =
    result === "hardware-differs"
      ? `; it was scored on ${before === null ? "a machine that the journal does not tell of" : hardwareClass(before)}, this is ${hardwareClass(machine)}`
      : "";
  return {
    attemptId: attempt.attemptId,
    score,
    result,
    stored: scoreOf(entry),
    again: scoreOf(judged),
    tolerance,
    message: `the ${score} score: ${message}${hardware}`,
  };
}

const mostScorings = 3;

const distance = (entry: ScoreEntry, judged: Judged): number =>
  entry.status === "valid" && judged.status === "valid" ? Math.abs(entry.normalized - judged.normalized) : Infinity;

type Judged = ReturnType<typeof verdict>;

interface Comparison {
  readonly entry: ScoreEntry;
  readonly judged: Judged;
  readonly timed: boolean;
  readonly tolerance: number;
  readonly sameHardware: boolean;
}

function compare({ entry, judged, timed, tolerance, sameHardware }: Comparison): Pick<Rescored, "result" | "message"> {
  if (judged.status === "failed")
    return { result: "failed", message: `it could not be scored again (${judged.code}): ${judged.reason}` };
  if (entry.status !== judged.status)
    return { result: "differs", message: `it was ${describe(entry)}, and here it is ${describe(judged)}` };
  if (entry.status !== "valid" || judged.status !== "valid") return { result: "exact", message: "invalid as before" };
  const both = `${entry.normalized} normalised (raw ${entry.raw}) stored, ${judged.normalized} (raw ${judged.raw}) here`;
  if (!timed)
    return entry.raw === judged.raw && entry.normalized === judged.normalized
      ? { result: "exact", message: `${judged.normalized} normalised, the same exactly` }
      : { result: "differs", message: `${both}; nothing in it is timed, so it must be the same` };
  const difference = Math.abs(entry.normalized - judged.normalized);
  const within = `${difference.toFixed(4)} apart, and noise explains ${tolerance.toFixed(4)}`;
  if (!sameHardware) return { result: "hardware-differs", message: `${both}` };
  return { result: difference <= tolerance ? "within-noise" : "differs", message: `${both}: ${within}` };
}

const describe = (score: ScoreEntry | Judged): string =>
  score.status === "valid" ? `valid (${score.normalized})` : `${score.status} (${score.reason})`;

const scoreOf = (score: ScoreEntry | Judged): ScoreOrReason =>
  score.status === "valid"
    ? { raw: score.raw, normalized: score.normalized }
    : { status: score.status, reason: score.reason };

async function scoreAgain(
  { attempt, loaded, scorer, signal, onProgress }: RescoreOptions,
  entry: ScoreEntry,
): Promise<{ judged: Judged; leased: boolean }> {
  let leased = false;
  const directory = await mkdtemp(path.join(os.tmpdir(), "rebench-verify-"));
  try {
    const outcome = await scorer.score(
      {
        task: loaded.reference,
        purpose: entry.source === "final" ? "attempt" : entry.source,
        seed: entry.seed,
        submission: await readSubmission(path.join(attempt.layout.directory, "submission")),
        directory,
        labels: { run: "verify", attempt: `verify-${process.pid}-${attempt.attemptId}` },
      },
      {
        signal,
        onProgress,
        onQueue: (waiting) => onProgress(waiting ? "waiting for another scoring of a time" : ""),
        onTimed: () => (leased = true),
      },
    );
    return { judged: verdict(outcome, loaded, entry.source), leased };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What keeps a rescored attempt from being verified, or only says that it cannot be told here. */
export function problemOf({ attemptId, result, message }: Rescored): Problem | null {
  switch (result) {
    case "exact":
    case "within-noise":
      return null;
    case "hardware-differs":
      return { code: "hardware.differs", where: attemptId, message };
    case "differs":
      return { code: "score.differs", where: attemptId, message };
    case "failed":
      return { code: "score.not-repeated", where: attemptId, message };
  }
}
