import { mkdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const busy = 5; // SQLITE_BUSY

export interface LeaseOptions {
  /** File that stands for what is leased; made if missing. */
  readonly file: string;
  readonly signal?: AbortSignal;
  /** Called once if the lease is not free at once. */
  readonly onWait?: () => void;
}

/**
 * Runs `work` while holding an exclusive lease across processes. It is an operating-system lock on a SQLite file: a holder that
 * dies, however it dies, has let go of it.
 */
export async function withLease<T>(options: LeaseOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(options.file, { timeout: 0 });
  try {
    let waited = false;
    while (!tryLock(database)) {
      if (!waited) options.onWait?.();
      waited = true;
      await sleep(25, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false;
    throw error;
  }
}
