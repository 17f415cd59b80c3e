import path from "node:path";

/** Where things are below the data folder (`--home`). */
export interface HomeLayout {
  readonly root: string;
  readonly runs: string;
  readonly packs: string;
  readonly index: string;
  run(runId: string): RunLayout;
}

export interface RunLayout {
  readonly directory: string;
  readonly file: string;
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
    index: path.join(root, "index.sqlite"),
    run(runId) {
      const directory = path.join(runs, runId);
      return {
        directory,
        file: path.join(directory, "run.json"),
        attempt(index) {
          const attempt = path.join(directory, "attempts", String(index));
          return {
            directory: attempt,
            journal: path.join(attempt, "journal.jsonl"),
            blobs: path.join(attempt, "blobs"),
          };
        },
      };
    },
  };
}
