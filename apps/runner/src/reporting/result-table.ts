import type { AttemptResult } from "@rebench/core";
import { showDuration } from "../cli/duration.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import type { MissingAttempt } from "../host/stored-run.ts";
import { describeCalibration, describeOutcome } from "./describe-event.ts";
import { textTable } from "./table.ts";

export interface ShownRun {
  readonly runId: string;
  readonly outcome: string;
  readonly attempts: readonly AttemptResult[];
  /** Attempts of the run without a journal that can be read. */
  readonly missing?: readonly MissingAttempt[];
}

/** A run's results for people: one line an attempt, then where to look further. */
export function resultTable(result: ShownRun, columns: number): string[] {
  const headings = ["attempt", "task", "agent", "normalised", "raw", "working", "outcome"];
  const rows = result.attempts.map((attempt) => [
    attempt.attemptId.split(".").at(-1) ?? "",
    `${attempt.task.replace(/^@[^/]*\//, "")} ${attempt.tier}`,
    attempt.agent,
    normalised(attempt),
    attempt.score === null ? "–" : attempt.score.raw.toFixed(4),
    showDuration(attempt.ledger["working"] ?? 0),
    shortOutcome(attempt),
  ]);
  const first = result.attempts[0];
  return [
    "",
    ...textTable(headings, rows, [3, 4, 5]).map((line) =>
      line.length <= columns ? line : `${line.slice(0, columns - 1)}…`,
    ),
    "",
    ...(first === undefined
      ? []
      : [
          oneLine(
            `isolation ${first.isolation ?? "none was started"} · score unit ${first.score?.unit ?? "–"} · 0 is the starting solution, 1 the reference`,
          ),
        ]),
    ...result.attempts.flatMap(explainFailure),
    ...result.attempts.flatMap(warnOfBudget),
    ...(result.missing ?? []).map(({ attemptId, task, agent }) =>
      oneLine(`attempt ${attemptId} of ${task} by ${agent} has no journal: nothing is known of it`),
    ),
    `run ${result.runId} ${result.outcome}: \`rebench show ${result.runId}\``,
  ];
}

function shortOutcome({ outcome }: AttemptResult): string {
  if (outcome === null) return "unfinished";
  return outcome.kind === "limit" ? `${outcome.limit} limit` : outcome.kind;
}

function explainFailure({ attemptId, outcome }: AttemptResult): string[] {
  return outcome?.kind === "failed" ? [oneLine(`attempt ${attemptId} ${describeOutcome(outcome)}`)] : [];
}

/** Compute that is not the same as others' is said beside the result, not only in `show`. */
function warnOfBudget({ attemptId, calibration }: AttemptResult): string[] {
  const odd = calibration?.status === "failed" || calibration?.clamped === true;
  return odd ? [oneLine(`attempt ${attemptId}: ${describeCalibration(calibration)}`)] : [];
}

/** Of several adjudications the latest stands; a flag leaves the score as it is. */
function normalised({ score, reviews }: AttemptResult): string {
  const standing = reviews.findLast(({ verdict }) => verdict !== "flag");
  if (standing?.verdict === "void") return "void";
  if (standing?.verdict === "amend") return `${standing.normalized?.toFixed(3) ?? "–"} (amended)`;
  return score === null ? "–" : score.normalized.toFixed(3);
}
