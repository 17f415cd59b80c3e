import type { CommandContext } from "../cli/command-context.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import type { CheckResult } from "./check.ts";
import type { CheckReport } from "./check-pack.ts";

const longest = 400;

/** One result as it comes; a failure with what to do about it. */
export function tellResult({ ok, id, message, fix }: CheckResult, { say, style }: CommandContext): void {
  say(`${ok ? style.good("ok  ") : style.bad("FAIL")}  ${terminalSafe(id)}  ${style.dim(oneLine(message, longest))}`);
  if (!ok) say(`      ${style.bold("fix:")} ${oneLine(fix, longest)}`);
}

/** The end of the report: how many, and which to look at again. */
export function tellSummary({ checks, skipped }: CheckReport, name: string, { say }: CommandContext): void {
  const failed = checks.filter(({ ok }) => !ok);
  const left = skipped.length === 0 ? "" : `, ${skipped.length} tiers skipped`;
  if (failed.length === 0) return say(`\n${checks.length} checks passed${left}`);
  const points = [...new Set(failed.flatMap(({ id }) => id.split(".")[2] ?? []))];
  say(
    `\n${failed.length} of ${checks.length} checks failed${left}: ${failed.map(({ id }) => terminalSafe(id)).join(", ")}`,
  );
  if (points.length > 0)
    say(`when they are mended: rebench pack check ${terminalSafe(name)} --only ${points.join(" ")}`);
}
