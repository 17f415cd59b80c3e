import { attemptResult, type AttemptResult, type AttemptState, type JournalProblem } from "@rebench/core";
import {
  attemptIndex,
  foldJournal,
  readRunFile,
  type AttemptLayout,
  type HomeLayout,
  type RunFile,
  type RunLayout,
} from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";

export interface StoredAttempt {
  readonly attemptId: string;
  readonly task: string;
  readonly agent: string;
  readonly layout: AttemptLayout;
  readonly journalFound: boolean;
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
  return readStoredRunAt(home.run(runId));
}

/** The same for a run's folder, wherever it lies. */
export async function readStoredRunAt(layout: RunLayout): Promise<StoredRun> {
  const file = await readRunFile(layout.file);
  const attempts: StoredAttempt[] = [];
  for (const { attemptId, task, agent, head } of file.attempts) {
    const attempt = layout.attempt(attemptIndex(attemptId));
    const folded = await foldJournal(attempt.journal, head).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return null;
    });
    attempts.push({
      attemptId,
      task,
      agent,
      layout: attempt,
      journalFound: folded !== null,
      state: folded?.state ?? null,
      problems: folded?.problems ?? [],
    });
  }
  return { file, attempts };
}

export function resultsOf(run: StoredRun): AttemptResult[] {
  return run.attempts.flatMap(({ state, layout }) => (state === null ? [] : [attemptResult(state, layout.journal)]));
}

/** An attempt that the run planned and of which no result can be told: not begun, or its journal is lost. */
export interface MissingAttempt {
  readonly attemptId: string;
  readonly task: string;
  readonly agent: string;
  readonly outcome: null;
  readonly score: null;
  /** Where its journal would be. */
  readonly journal: string;
}

export function missingFrom(run: StoredRun): MissingAttempt[] {
  return run.attempts
    .filter(({ state }) => state === null)
    .map(({ attemptId, task, agent, layout }) => ({
      attemptId,
      task,
      agent,
      outcome: null,
      score: null,
      journal: layout.journal,
    }));
}
