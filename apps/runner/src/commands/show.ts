import { readFile } from "node:fs/promises";
import { parseLock, type LockFile } from "@rebench/core";
import type { RunLayout } from "@rebench/core/home";
import type { CommandContext } from "../cli/command-context.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { openHome } from "../host/data-folder.ts";
import { missingFrom, readStoredRun, resultsOf } from "../host/stored-run.ts";
import { ledgerTable, scoreTable } from "../reporting/attempt-tables.ts";
import { describeCalibration } from "../reporting/describe-event.ts";
import { resultTable } from "../reporting/result-table.ts";

/** `rebench show RUN`: one stored run in full, folded from its journals. */
export async function showCommand(
  runId: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const home = openHome(options.home);
  const run = await readStoredRun(home, runId);
  const layout = home.run(runId);
  const attempts = resultsOf(run);
  const result = {
    runId,
    outcome: run.file.outcome,
    attempts,
    missing: missingFrom(run),
    lock: await storedLock(layout),
  };
  if (context.json !== "none") {
    context.print(result);
    return 0;
  }
  for (const line of resultTable(result, context.columns)) context.say(line);
  for (const attempt of attempts) {
    context.say("");
    context.say(`attempt ${attempt.attemptId}`);
    for (const line of [...scoreTable(attempt), "", ...ledgerTable(attempt)]) context.say(`  ${line}`);
    if (attempt.calibration !== null) context.say(`  ${terminalSafe(describeCalibration(attempt.calibration))}`);
    for (const review of attempt.reviews)
      context.say(`  review by ${terminalSafe(review.by)}: ${review.verdict}, ${terminalSafe(review.reason)}`);
    context.say(`  journal ${attempt.journal}`);
  }
  for (const { attemptId, problems } of run.attempts) {
    for (const { message } of problems) context.say(terminalSafe(`WARNING ${attemptId}: ${message}`));
  }
  return 0;
}

/** Null where there is none, or none that can be read; `rebench verify` says which. */
async function storedLock({ lock }: RunLayout): Promise<LockFile | null> {
  try {
    return parseLock(await readFile(lock, "utf8"), lock);
  } catch {
    return null;
  }
}
