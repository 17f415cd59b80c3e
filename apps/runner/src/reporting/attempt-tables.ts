import type { AttemptResult } from "@rebench/core";
import { showDuration } from "../cli/duration.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { bar } from "./bar.ts";
import { textTable } from "./table.ts";

const barWidth = 20;
const longestReason = 80;

/** The score log, one line a score, with bars that share one scale. */
export function scoreTable(attempt: AttemptResult): string[] {
  const top = Math.max(1, ...attempt.scores.map(({ normalized }) => normalized ?? 0));
  const rows = attempt.scores.map(({ seq, workingSeconds, status, raw, normalized, reason }) => [
    String(seq),
    showDuration(workingSeconds),
    raw === null ? "–" : raw.toFixed(4),
    normalized === null ? "–" : normalized.toFixed(3),
    normalized === null ? `${status}: ${oneLine(reason ?? "", longestReason)}` : bar(normalized / top, barWidth),
  ]);
  return textTable(["score", "working", "raw", "normalised", ""], rows, [0, 1, 2, 3]);
}

/** Where the time went; the columns add up to wall time. */
export function ledgerTable({ ledger }: AttemptResult): string[] {
  const { wall = 0, ...columns } = ledger;
  const names = Object.keys(columns);
  return textTable(
    ["wall", ...names],
    [[wall, ...Object.values(columns)].map((seconds) => `${seconds.toFixed(3)} s`)],
    names.map((_, index) => index).concat(names.length),
  );
}
