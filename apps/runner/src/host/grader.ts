import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { deriveSeed, verdict, type LoadedTask, type ScorerHost } from "@rebench/core";
import { captureFolder } from "@rebench/sandbox-local";

export type Verdict = ReturnType<typeof verdict>;

/** Scores folders of the host as an attempt's submission would be: captured by the contract, then scored away from here. */
export interface Grader extends AsyncDisposable {
  /** `purpose` goes into the seed: the same folder and purpose are scored with the same seed. */
  grade(folder: string, purpose: string): Promise<Verdict>;
}

export interface GraderOptions {
  readonly loaded: LoadedTask;
  readonly scorer: ScorerHost;
  /** What the scorings' seeds follow from; drawn if left out. */
  readonly seed?: string;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string, fraction: number | undefined) => void;
}

export async function openGrader({ loaded, scorer, seed, signal, onProgress }: GraderOptions): Promise<Grader> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), "rebench-grade-"));
  const origin = seed ?? randomBytes(16).toString("hex");
  let count = 0;
  return {
    async grade(folder, purpose) {
      const name = String((count += 1));
      const captured = await captureFolder(folder, loaded.task.submission, path.join(scratch, `submission-${name}`));
      if (captured.status === "invalid") return { status: "invalid", reason: captured.reason };
      const directory = path.join(scratch, `scoring-${name}`);
      await mkdir(directory, { mode: 0o700 });
      const outcome = await scorer.score(
        {
          task: loaded.reference,
          purpose: "grade",
          seed: deriveSeed(origin, purpose),
          submission: captured.submission,
          directory,
          labels: { run: "grade", attempt: `grade-${process.pid}-${name}` },
        },
        {
          signal,
          onProgress,
          onQueue: (waiting) => onProgress(waiting ? "waiting for another scoring of a time" : "", undefined),
        },
      );
      return verdict(outcome, loaded, "attempt");
    },
    async [Symbol.asyncDispose]() {
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
