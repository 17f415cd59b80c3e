import { attemptResult, type AttemptResult, type AttemptState, type JournalProblem } from "@rebench/core";
import { foldJournal, readRunFile, type AttemptLayout, type HomeLayout, type RunFile } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";

export interface StoredAttempt {
  readonly attemptId: string;
  readonly layout: AttemptLayout;
  /** Null when the journal is missing or does not begin as one. */
  readonly state: AttemptState | null;
  readonly problems: readonly JournalProblem[];
}

export interface StoredRun {
  readonly file: RunFile;
  readonly attempts: readonly StoredAttempt[];
}

/** Reads a run and folds its journals. Errors with code `run.not-found` or `run.unreadable`. */
export async function readStoredRun(home: HomeLayout, runId: string): Promise<StoredRun> {
  if (!/^[0-9A-Za-z]+$/.test(runId)) {
    throw new RebenchError({
      code: "usage.run-id",
      message: `${JSON.stringify(runId)} is not a run id`,
      fix: "`rebench runs` lists them",
    });
  }
  const layout = home.run(runId);
  const file = await readRunFile(layout.file);
  const attempts: StoredAttempt[] = [];
  for (const [index, { attemptId, head }] of file.attempts.entries()) {
    const attempt = layout.attempt(index);
    const folded = await foldJournal(attempt.journal, head).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return { state: null, problems: head === null ? [] : [missing(attempt.journal)] };
    });
    attempts.push({ attemptId, layout: attempt, state: folded.state, problems: folded.problems });
  }
  return { file, attempts };
}

const missing = (journal: string): JournalProblem => ({
  code: "journal.empty",
  line: 1,
  message: `${journal} is missing`,
});

export function resultsOf(run: StoredRun): AttemptResult[] {
  return run.attempts.flatMap(({ state, layout }) => (state === null ? [] : [attemptResult(state, layout.journal)]));
}
