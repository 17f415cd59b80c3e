import type { CapturedSubmission, ScoreResult, ScoringPurpose } from "@rebench/task-kit";
import type { TaskReference } from "../run/attempt-spec.ts";

export interface ScoringRequest {
  readonly task: TaskReference;
  readonly purpose: ScoringPurpose;
  /** 32 hex digits. */
  readonly seed: string;
  readonly submission: CapturedSubmission;
  /** Empty host folder, private to this scoring, removed by the caller afterwards. */
  readonly directory: string;
  readonly labels: { readonly run: string; readonly attempt: string };
}

/** A scorer's result, or that it could not do its work: never a score, and not the agent's fault. */
export type ScoringOutcome =
  | ScoreResult
  | {
      readonly status: "failed";
      readonly blame: "pack" | "host" | "sandbox";
      readonly code: string;
      readonly message: string;
    };

export interface ScoringOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (message: string, fraction: number | undefined) => void;
  /** The scoring waits for the exclusive timing lease (true), or goes on (false). */
  readonly onQueue: (waiting: boolean) => void;
  /** The score is a time, or hangs on one: the scorer asked for the timing lease. */
  readonly onTimed?: () => void;
}

/** Runs a pack's scorer away from the agent and away from this process. */
export interface ScorerHost {
  score(request: ScoringRequest, options: ScoringOptions): Promise<ScoringOutcome>;
}
