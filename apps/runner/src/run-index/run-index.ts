import { readdir } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { readRunFile, type HomeLayout, type RunFile } from "@rebench/core/home";

/** One line of `rebench runs`. */
interface IndexedRun {
  readonly runId: string;
  readonly startedAt: string;
  readonly outcome: RunFile["outcome"];
  readonly attempts: number;
  readonly tasks: readonly string[];
  readonly agents: readonly string[];
}

/** A disposable index over the runs of a home; `rebuild` makes it again from the run files. */
export interface RunIndex {
  put(run: RunFile): void;
  list(): IndexedRun[];
  /** Number of runs found. */
  rebuild(): Promise<number>;
  close(): void;
}

const busyMs = 5000;

export function openRunIndex(home: HomeLayout): RunIndex {
  const database = new DatabaseSync(home.index, { timeout: busyMs });
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, line TEXT NOT NULL) STRICT");
  const insert = database.prepare(
    "INSERT INTO runs (run_id, line) VALUES (?, ?) ON CONFLICT (run_id) DO UPDATE SET line = excluded.line",
  );
  const select = database.prepare("SELECT line FROM runs ORDER BY run_id DESC");
  const put = (run: RunFile): void => void insert.run(run.runId, JSON.stringify(indexed(run)));
  return {
    put,
    list: () => select.all().map((row) => JSON.parse(String(row["line"])) as IndexedRun),
    async rebuild() {
      const runs = await storedRuns(home);
      database.exec("BEGIN IMMEDIATE");
      database.exec("DELETE FROM runs");
      runs.forEach(put);
      database.exec("COMMIT");
      return runs.length;
    },
    close: () => database.close(),
  };
}

function indexed({ runId, startedAt, outcome, attempts }: RunFile): IndexedRun {
  const unique = (values: string[]): string[] => [...new Set(values)];
  return {
    runId,
    startedAt,
    outcome,
    attempts: attempts.length,
    tasks: unique(attempts.map(({ task }) => task)),
    agents: unique(attempts.map(({ agent }) => agent)),
  };
}

/** Runs whose file can be read; a damaged one is `rebench verify`'s to explain. */
async function storedRuns(home: HomeLayout): Promise<RunFile[]> {
  const runs: RunFile[] = [];
  for (const runId of await readdir(home.runs).catch(() => [])) {
    const run = await readRunFile(home.run(runId).file).catch(() => null);
    if (run !== null) runs.push(run);
  }
  return runs;
}
