import path from "node:path";
import { foldJournal, readRunFile, reopenJournalFile, withLease, writeRunFile, type RunFile } from "@rebench/core/home";
import { isAlive } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { parseAmount } from "../cli/number-option.ts";
import { openHomeToWrite } from "../host/data-folder.ts";

export interface ReviewOptions {
  readonly home?: string;
  readonly flag?: boolean;
  readonly void?: boolean;
  readonly amend?: string;
  readonly reason: string;
  readonly by: string;
}

/** `rebench review ATTEMPT`: appends a person's adjudication to the journal. Nothing is edited. */
export async function reviewCommand(
  attemptId: string,
  options: ReviewOptions,
  context: CommandContext,
): Promise<number> {
  const match = /^(?<runId>[0-9A-Za-z]+)\.(?<index>[0-9]+)$/.exec(attemptId);
  if (match?.groups === undefined) {
    throw new RebenchError({
      code: "usage.attempt-id",
      message: `${JSON.stringify(attemptId)} is not an attempt id`,
      fix: "it is a run id, a dot and a number; `rebench show RUN` lists them",
    });
  }
  const verdict = verdictOf(options);
  const home = openHomeToWrite(options.home);
  const run = home.run(match.groups["runId"] ?? "");
  const index = Number(match.groups["index"]);
  // Asked before the lease as well: who carries out a run may hold it for hours.
  refuseWhileRunning(await readRunFile(run.file));
  await withLease({ file: path.join(run.directory, "run.lease") }, async () => {
    const file = await readRunFile(run.file);
    refuseWhileRunning(file);
    const entry = file.attempts.find((attempt) => attempt.attemptId === attemptId);
    if (entry === undefined)
      throw new RebenchError({
        code: "run.not-found",
        message: `run ${file.runId} has no attempt ${index}`,
        fix: `\`rebench show ${file.runId}\` lists them`,
      });
    const { state, problems } = await foldJournal(run.attempt(index).journal, entry.head);
    const broken = problems[0];
    if (broken !== undefined)
      throw new RebenchError({
        code: "journal.not-whole",
        message: broken.message,
        fix: `\`rebench verify ${file.runId}\` lists what is wrong`,
      });
    if (state?.outcome == null)
      throw new RebenchError({
        code: "run.unfinished",
        message: `attempt ${attemptId} has not finished`,
        fix: "review it when it has",
      });
    const { journal } = await reopenJournalFile(run.attempt(index).journal);
    const at = Date.now();
    await journal.append(
      { type: "review.added", ...verdict, reason: options.reason, by: options.by },
      { at, elapsedMs: state.ledger.upTo },
    );
    await journal.close();
    const attempts = file.attempts.map((attempt) =>
      attempt === entry ? { ...attempt, head: journal.head() } : attempt,
    );
    await writeRunFile(run.file, { ...file, attempts });
  });
  if (context.json === "none") context.say(`${verdict.verdict} added to ${attemptId}`);
  else context.print({ attemptId, ...verdict, reason: options.reason, by: options.by });
  return 0;
}

/** A live runner writes `run.json` from what it remembers, and would undo what a review adds. */
function refuseWhileRunning({ runId, outcome, runner }: RunFile): void {
  if (outcome !== "running" || !isAlive(runner)) return;
  throw new RebenchError({
    code: "run.unfinished",
    message: `run ${runId} is still going on`,
    fix: `review it when it has ended; \`rebench watch ${runId}\` follows it`,
  });
}

function verdictOf({ flag, void: voided, amend }: ReviewOptions): {
  verdict: "flag" | "void" | "amend";
  normalized: number | null;
} {
  const chosen = [flag === true, voided === true, amend !== undefined].filter(Boolean).length;
  if (chosen !== 1) {
    throw new RebenchError({
      code: "usage.verdict",
      message: "a review says one of --flag, --void, --amend SCORE",
      fix: "choose one of them",
    });
  }
  if (amend !== undefined) return { verdict: "amend", normalized: amend === "0" ? 0 : parseAmount(amend) };
  return { verdict: flag === true ? "flag" : "void", normalized: null };
}
