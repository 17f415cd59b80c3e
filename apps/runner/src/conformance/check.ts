import type { LevelProbe, LoadedTask, MachineRate } from "@rebench/core";
import type { Grader } from "../host/grader.ts";
import type { OpenLocation } from "../packs/location.ts";

/** What one point of the conformance list found. */
export interface CheckResult {
  readonly id: string;
  readonly ok: boolean;
  /** One line for the author: what was found, and where it fell short. */
  readonly message: string;
  /** What to do when it is not ok. */
  readonly fix: string;
}

/** What the checks of one task and tier work with. */
export interface CheckContext {
  readonly loaded: LoadedTask;
  readonly canary: string;
  /** Text of the pack's README; empty where it has none. */
  readonly readme: string;
  readonly grader: Grader;
  readonly level: LevelProbe;
  /** Scorings of one submission that the noise is measured with. */
  readonly repeat: number;
  /** Runs a shell line as an agent in a real attempt of this task. */
  readonly attempt: (line: string) => Promise<AttemptReport>;
  /** The submission of a solution that is a program: runs it, in `folder`, as the reference agent would. */
  readonly make: (program: { readonly folder: string; readonly command: string }) => Promise<OpenLocation>;
  /** Measures afresh how fast this machine does the tier's own work; only for tiers with a calibration. */
  readonly measureRate: () => Promise<MachineRate>;
  readonly onProgress: (message: string) => void;
}

export interface AttemptReport {
  /** Normalised score that the attempt ended with. */
  readonly normalized: number | null;
  readonly invalid: boolean;
  /** What the line printed, as bytes. */
  readonly output: Uint8Array;
}

/** One point of the conformance list; most yield one result, some one for each thing checked. */
export interface Check {
  readonly id: string;
  run(context: CheckContext): Promise<readonly CheckResult[]>;
}
