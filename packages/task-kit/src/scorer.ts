import type { OnnxScoring } from "./onnx.ts";
import type { CapturedSubmission } from "./submission.ts";
import type { ScoringSandbox, ScoringSandboxOptions } from "./scoring-sandbox.ts";
import type { TierName } from "./tier.ts";

/** Why a scoring happens; a scorer may spend fewer repetitions on `start`. */
export type ScoringPurpose = "start" | "attempt" | "confirm" | "grade";

/** What a scorer is handed. Scorers run on the host, apart from the agent; submissions that are code run in a scoring sandbox. */
export interface ScoringContext {
  readonly tier: TierName;
  /** Part of what was asked, never of how strict to be: the same submission gets the same score. */
  readonly purpose: ScoringPurpose;
  /** 32 hex digits, fresh for every scoring; the only source of randomness a scorer should use. */
  readonly seed: string;
  /** Captured by the contract: required files are there, none is too large. */
  readonly submission: CapturedSubmission;
  /** CPUs that the submission may use. */
  readonly cpus: number;
  /** Aborted when the scoring is given up; pass it on to what can be cancelled. */
  readonly signal: AbortSignal;
  /** Absolute host path of a file or folder of the pack, given its path relative to the pack's root. Throws `pack.path-outside` for a path that leaves it. */
  packPath(relative: string): string;
  /** Absolute host path of an asset of the tier, read-only. Errors with code `pack.no-such-asset` for one that it does not declare. */
  assetPath(name: string): string;
  /** Opens a fresh sandbox without network; closed by the host when the scorer returns, if not before. */
  openSandbox(options?: ScoringSandboxOptions): Promise<ScoringSandbox>;
  /** Runs `work` while nothing else on this machine scores a time: exclusive across parallel attempts and runners. */
  withTimingLease<T>(work: () => Promise<T>): Promise<T>;
  /** For submissions that are ONNX graphs or weights. */
  readonly onnx: OnnxScoring;
  /** Says how far the scoring is; `fraction` in 0…1. */
  progress(message: string, fraction?: number): void;
}

/**
 * What a scorer returns.
 * `valid`: `raw` is finite, in the task's unit. `anchors` are required where the tier's anchors are measured.
 * `invalid`: the agent's fault; `reason` says what to change and is shown to it.
 * A scorer that cannot do its work throws; the host counts that as the pack's fault, never as a score.
 */
export type ScoreResult =
  | {
      readonly status: "valid";
      readonly raw: number;
      readonly anchors?: { readonly start: number; readonly reference: number };
      /** Shown to the agent, unless the task hides scores. */
      readonly message?: string;
      /** Kept in the journal, never shown to the agent. JSON values only. */
      readonly details?: Readonly<Record<string, unknown>>;
    }
  | { readonly status: "invalid"; readonly reason: string; readonly details?: Readonly<Record<string, unknown>> };

/**
 * How a tier is scored.
 * `typescript`: a function, called in a separate process on the host.
 * `python`: a script (path in the pack) that runs in a scoring sandbox, where the captured submission, `files` and the tier's assets (`assets/NAME`) are laid out;
 * it reads one JSON request from standard input and prints one JSON {@link ScoreResult}. It must treat the submission as data.
 */
export type Scorer =
  | {
      readonly kind: "typescript";
      readonly score: (context: ScoringContext) => Promise<ScoreResult>;
      /**
       * Files and folders of the pack that decide a score: the scorer's modules and what they read. By them it is told whether scores
       * of two versions can be compared, so a path that is missing here lets a changed scorer pass for the same. Left out, it is every
       * file of the pack that is not named elsewhere, which is always safe.
       */
      readonly files?: readonly string[];
      /** Seconds after which one scoring is given up as the pack's fault. */
      readonly timeoutSeconds: number;
    }
  | {
      readonly kind: "python";
      readonly script: string;
      /** Files and folders of the pack that the script needs beside it, e.g. hidden data. */
      readonly files: readonly string[];
      readonly timeoutSeconds: number;
    };
