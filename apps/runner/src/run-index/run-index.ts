import { readdir, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { readRunFile, type HomeLayout, type RunFile } from "@rebench/core/home";
import { explainDamage, isDamage } from "./index-damage.ts";

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

/** Errors, like what it returns, with code `home.index-damaged`. */
export function openRunIndex(home: HomeLayout): RunIndex {
  const index = explainDamage(home, () => openDatabase(home));
  return {
    ...index,
    put: (run) => explainDamage(home, () => index.put(run)),
    list: () => explainDamage(home, () => index.list()),
  };
}

/** Makes the index again, from nothing where the one that is there is damaged. Number of runs found. */
export async function rebuildRunIndex(home: HomeLayout): Promise<number> {
  try {
    return await rebuild(home);
  } catch (error) {
    if (!isDamage(error)) throw error;
    for (const suffix of ["", "-wal", "-shm"]) await rm(`${home.index}${suffix}`, { force: true });
    return rebuild(home);
  }
}

async function rebuild(home: HomeLayout): Promise<number> {
  const index = openDatabase(home);
  try {
    return await index.rebuild();
  } finally {
    index.close();
  }
}

function openDatabase(home: HomeLayout): RunIndex {
  const database = new DatabaseSync(home.index, { timeout: busyMs });
  try {
    return prepared(home, database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepared(home: HomeLayout, database: DatabaseSync): RunIndex {
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
