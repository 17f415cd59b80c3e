import path from "node:path";

/** Where things are below the data folder (`--home`). */
export interface HomeLayout {
  readonly root: string;
  readonly runs: string;
  readonly packs: string;
  /** Large files of packs, each named by its SHA-256. */
  readonly assets: string;
  readonly index: string;
  run(runId: string): RunLayout;
}

export interface RunLayout {
  readonly directory: string;
  readonly file: string;
  /** The packs that the run was made with, as `rebench.lock.json` holds them. */
  readonly lock: string;
  /** Holds one folder per attempt. */
  readonly attempts: string;
  attempt(index: number): AttemptLayout;
}

export interface AttemptLayout {
  readonly directory: string;
  readonly journal: string;
  readonly blobs: string;
}

/** The number behind the dot of an attempt's id, by which its folder is named. */
export function attemptIndex(attemptId: string): number {
  return Number(attemptId.slice(attemptId.lastIndexOf(".") + 1));
}

export function homeLayout(root: string): HomeLayout {
  const runs = path.join(root, "runs");
  return {
    root,
    runs,
    packs: path.join(root, "packs"),
    assets: path.join(root, "assets"),
    index: path.join(root, "index.sqlite"),
    run: (runId) => runLayout(path.join(runs, runId)),
  };
}

/** A run's folder, wherever it lies: in a home, or where somebody copied it. */
export function runLayout(directory: string): RunLayout {
  const attempts = path.join(directory, "attempts");
  return {
    directory,
    file: path.join(directory, "run.json"),
    lock: path.join(directory, "lock.json"),
    attempts,
    attempt(index) {
      const attempt = path.join(attempts, String(index));
      return {
        directory: attempt,
        journal: path.join(attempt, "journal.jsonl"),
        blobs: path.join(attempt, "blobs"),
      };
    },
  };
}
