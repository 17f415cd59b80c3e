import type { CapturedFile } from "@rebench/task-kit";
import type { IsolationGuarantees, IsolationLevel, SandboxObservation, SandboxReference } from "../ports/sandbox.ts";
import type { AttemptSpec, Budget } from "../run/attempt-spec.ts";
import type { Calibration } from "./calibration.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import type { ScoreEntry } from "./score-entry.ts";

/** Where an attempt stands in its life. `paused` and `scoring` are stretches of `running`. */
export type Phase = "preparing" | "running" | "paused" | "scoring" | "finishing" | "finished";

export interface Pause {
  readonly reason: string;
  readonly milliseconds: number;
}

/** A captured submission; `folder` is relative to the attempt's. */
interface Capture {
  readonly digest: string;
  readonly folder: string;
  readonly files: readonly CapturedFile[];
}

/** Unknown is null, never 0. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly costUsd: number | null;
  readonly actions: number;
}

/** An adjudication appended by a person. */
export interface Review {
  readonly verdict: "flag" | "void" | "amend";
  readonly normalized: number | null;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
}

/** What a journal says about its attempt: a pure fold of the events. */
export interface AttemptState {
  readonly spec: AttemptSpec;
  readonly startedAt: number;
  /** Null where the journal does not tell. */
  readonly machine: Machine | null;
  /** The limits in force: the spec's, with its times calibrated where the tier asks for it. */
  readonly budget: Budget;
  /** Null where the tier asks for none, or the agent spends no working time. */
  readonly calibration: Calibration | null;
  readonly phase: Phase;
  readonly ledger: Ledger;
  readonly sandbox: {
    readonly isolation: IsolationLevel;
    readonly guarantees: IsolationGuarantees;
    readonly reference: SandboxReference;
    /** Engine and layers of a container; null for other sandboxes. */
    readonly observed: SandboxObservation | null;
  } | null;
  readonly agentRunning: boolean;
  /** How the agent's part ended; null while it has not. */
  readonly agentOutcome: Outcome | null;
  readonly agentRemembers: unknown;
  readonly scores: readonly ScoreEntry[];
  readonly confirmed: ScoreEntry | null;
  /** Every different submission that was captured, by digest. */
  readonly captures: Readonly<Record<string, Capture>>;
  /** Scorings of any kind, whatever came of them. */
  readonly scoringsBegun: number;
  /** Scores that the agent asked for, whatever came of them. */
  readonly scoreCallsUsed: number;
  readonly scoringProgress: { readonly message: string; readonly fraction: number | null } | null;
  readonly pauses: readonly Pause[];
  readonly unattendedMs: number;
  readonly usage: Usage;
  readonly serviceCalls: Readonly<Record<string, number>>;
  readonly notes: number;
  readonly reviews: readonly Review[];
  readonly outcome: Outcome | null;
}
