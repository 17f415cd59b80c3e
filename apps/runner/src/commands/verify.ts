import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { openHome } from "../host/data-folder.ts";
import { readStoredRun, type StoredAttempt } from "../host/stored-run.ts";
import { checkSubmission } from "../host/check-submission.ts";

interface Problem {
  readonly code: string;
  readonly where: string;
  readonly message: string;
}

/** `rebench verify RUN`: walks every journal's chain, compares it with `run.json`, and the stored submission with its digest. */
export async function verifyCommand(
  runId: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const run = await readStoredRun(openHome(options.home), runId);
  const problems: Problem[] = [];
  for (const attempt of run.attempts) {
    for (const { code, line, message } of attempt.problems)
      problems.push({ code, where: `${attempt.layout.journal}:${line}`, message });
    problems.push(...checkEnd(attempt), ...(await checkSubmission(attempt)));
  }
  const verified = problems.length === 0;
  if (context.json !== "none") context.print({ verified, problems });
  else if (verified)
    context.say(`run ${runId}: ${run.attempts.length} journals and submissions are as they were written`);
  else for (const { where, message } of problems) context.say(`${terminalSafe(where)}: ${terminalSafe(message)}`);
  return verified ? exitCodes.done : exitCodes.checkFailed;
}

/** A run is only as it was written when each of its attempts was written to its end. */
function checkEnd({ attemptId, journalFound, state, layout }: StoredAttempt): Problem[] {
  const where = layout.journal;
  if (!journalFound) return [{ code: "journal.missing", where, message: `attempt ${attemptId} has no journal` }];
  if (state?.outcome != null) return [];
  return [{ code: "attempt.unfinished", where, message: `attempt ${attemptId} has not finished` }];
}
