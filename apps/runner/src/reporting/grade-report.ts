import type { IsolationLevel, LoadedTask } from "@rebench/core";
import { spread } from "@rebench/stats";
import { terminalSafe } from "../cli/terminal-safe.ts";
import type { Verdict } from "../host/grader.ts";
import { textTable } from "./table.ts";

type Valid = Extract<Verdict, { status: "valid" }>;

/** The `grade` object of the command line's JSON: the first scoring, or the first that was not valid, and every valid one. */
export function gradeObject(verdicts: readonly Verdict[], isolation: IsolationLevel): Record<string, unknown> {
  const valid = verdicts.filter((one) => one.status === "valid");
  const told = verdicts.find((one) => one.status !== "valid") ?? valid[0];
  const first = told?.status === "valid" ? told : null;
  return {
    status: told?.status ?? "failed",
    raw: first === null ? null : mean(valid.map(({ raw }) => raw)),
    normalized: first === null ? null : mean(valid.map(({ normalized }) => normalized)),
    message: told === undefined ? "" : messageOf(told),
    anchors: first?.anchors ?? null,
    repeats: valid.map(({ raw, normalized }) => ({ raw, normalized })),
    spread: first === null ? null : spread(valid.map(({ normalized }) => normalized)).standardDeviation,
    isolation,
  };
}

export function gradeText(loaded: LoadedTask, verdicts: readonly Verdict[], isolation: IsolationLevel): string[] {
  const bad = verdicts.find((one) => one.status !== "valid");
  if (bad !== undefined) return [`${bad.status}: ${terminalSafe(messageOf(bad))}`];
  const valid = verdicts.filter((one) => one.status === "valid");
  const rows = valid.map(({ raw, normalized, anchors }, index) => [
    String(index + 1),
    normalized.toFixed(4),
    raw.toFixed(4),
    anchors.start.toFixed(4),
    anchors.reference.toFixed(4),
  ]);
  const { mean: centre, standardDeviation } = spread(valid.map(({ normalized }) => normalized));
  return [
    ...textTable(
      ["scoring", "normalised", `raw ${loaded.task.score.unit}`, "start", "reference"],
      rows,
      [0, 1, 2, 3, 4],
    ),
    "",
    ...(valid.length > 1
      ? [
          `normalised ${centre.toFixed(4)}, SD ${standardDeviation.toFixed(4)} over ${valid.length} scorings; the task states ${loaded.tier.noise}`,
        ]
      : messageLines(valid[0])),
    `isolation ${isolation}`,
  ];
}

const messageLines = (one: Valid | undefined): string[] =>
  one === undefined || one.message === "" ? [] : [terminalSafe(one.message)];
const messageOf = (one: Verdict): string => (one.status === "valid" ? one.message : one.reason);
const mean = (values: readonly number[]): number => spread(values).mean;
