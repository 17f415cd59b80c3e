import type { Asset } from "./asset.ts";
import type { TierCalibration } from "./calibration.ts";
import type { Scorer } from "./scorer.ts";
import type { SubmissionContract } from "./submission.ts";

/** The scale of a task: `full` is the paper's hardware and data, `mini` runs on a laptop in minutes. Their scores never mix. */
export type TierName = "mini" | "full";

/** What the sandbox of an attempt gets. A megabyte is 2^20 bytes here. All are positive. */
export interface Resources {
  /** Processors; may be a fraction, e.g. 0.5. */
  readonly cpus: number;
  /** Megabytes of memory, of all processes together; past them the attempt ends as the agent's failure. */
  readonly memoryMb: number;
  /** Megabytes that the workspace may grow to. */
  readonly diskMb: number;
  /** Processes and threads together. */
  readonly pids: number;
  /** A tier with GPUs is refused where they are not; `model` as its vendor writes it, e.g. `H100`. */
  readonly gpus?: { readonly count: number; readonly model: string };
  /** Megabytes, of `memoryMb`, of the memory-backed folder that agent and harness share; the provider's own default where omitted. */
  readonly sharedMemoryMb?: number;
}

/** Limits of an attempt that the tier sets; a run may tighten them. Seconds. */
export interface TierBudget {
  /** Time that the agent may work: neither pauses nor scoring count. */
  readonly workingSeconds: number;
  /** Cap on wall time, pauses and scoring included. */
  readonly wallSeconds: number;
  /** Most times the agent may ask for a score. */
  readonly scoreCalls: number;
}

/**
 * Raw scores of the starting (0) and the reference solution (1).
 * `measured`: the scorer measures both in every session and returns them with the score.
 * `fixed`: constants, with the place they come from.
 */
export type AnchorPolicy =
  | { readonly kind: "measured"; readonly source: string }
  | { readonly kind: "fixed"; readonly start: number; readonly reference: number; readonly source: string };

/** Where and when the figures of a tier were measured, and with which command. */
export interface MeasuredOn {
  /** Processor or GPU, and what else the figures hang on: cores, memory, compiler. `rebench pack calibrate` prints it. */
  readonly hardware: string;
  /** ISO date. */
  readonly date: string;
  /** What to type to measure them again. */
  readonly command: string;
}

/** A program that the tier needs when it runs in the local sandbox, and what to install when it is missing. */
export interface ToolRequirement {
  /** Name on the PATH, e.g. `cc`. */
  readonly command: string;
  /** What the tier uses it for. */
  readonly why: string;
  /** Debian packages; a command line on macOS. */
  readonly install: { readonly debian: string; readonly macos: string };
}

/** What an agent was allowed; results under different conditions are not drawn in one figure unless asked for. */
export interface Conditions {
  /** `none`, or host names that an egress proxy lets through. */
  readonly network: "none" | { readonly allow: readonly string[] };
  /** What there is to work with, in words. */
  readonly tools: string;
  /** Which language models may be asked, in words. */
  readonly models: string;
}

/**
 * A zip archive under a password that stands here for everyone to read: it keeps solutions out of crawled text, and nothing else.
 * The host unpacks it into a private folder for as long as it needs it.
 */
export interface ProtectedArchive {
  readonly kind: "archive";
  /** Relative to the pack's root. */
  readonly path: string;
  readonly password: string;
  readonly command?: SolutionCommand;
}

/**
 * Where what a solution hands in is too large to ship, or takes hours of a GPU to make, the solution's folder holds a program
 * instead of a submission. This shell line runs it: it starts in the solution folder of an attempt, with the program's files in
 * `~/agent`, and has the attempt's budget.
 */
export type SolutionCommand = string;

/** Where the reference solution lives: a folder, or a password-protected archive for full tiers. */
export type ReferenceLocation =
  { readonly kind: "folder"; readonly path: string; readonly command?: SolutionCommand } | ProtectedArchive;

/** How raw scores read: their unit, e.g. `ln(ns/element)`, and which way is better. */
export interface ScoreScale {
  readonly unit: string;
  /** Which raw scores are better. Normalised ones are always better when higher. */
  readonly direction: "lower" | "higher";
}

/** One scale of a task. All paths are relative to the pack's root, POSIX separators. */
export interface Tier {
  readonly name: TierName;
  /** Where this tier asks for other files than the task's other tiers do: takes the place of the task's. */
  readonly submission?: SubmissionContract;
  /** Where this tier is scored in another unit: takes the place of the task's. */
  readonly score?: ScoreScale;
  /** Markdown file that the agent reads. */
  readonly instructions: string;
  /** Folder of notes copied beside the instructions. */
  readonly background?: string;
  /** Folder with the starting solution, copied into the workspace. */
  readonly start: string;
  /** The solution that scores 1. */
  readonly reference: ReferenceLocation;
  /** Folder, or archive, whose folders are submissions of rising skill, named in order. */
  readonly rungs: string | ProtectedArchive;
  /** Folder whose subfolders are known exploits; each must end invalid or at 0. */
  readonly cheats: string;
  /** Folder of held-out data and generators; never in an agent's sandbox. Omitted where all hidden input is drawn afresh. */
  readonly hidden?: string;
  /** Large files that the scorer needs; they are here and checked before anything of this tier starts. */
  readonly assets?: readonly Asset[];
  /** JSON file of human attempts, see {@link HumanBaselines}; omitted where none exist for this tier. */
  readonly baselines?: string;
  /**
   * What container sandboxes are built from: folders, each a build context that holds a `Dockerfile`. The host appends its own
   * stages and users, so a Dockerfile names neither user nor entrypoint. `scoring` defaults to `workspace`. A tier without
   * containers runs in the local sandbox only.
   */
  readonly container?: { readonly workspace: string; readonly scoring?: string };
  /** What an attempt gets; a scorer's own sandboxes get the same unless they ask for less. */
  readonly resources: Resources;
  readonly budget: TierBudget;
  /** Where agents train: the working and the wall time of `budget` are those of the machine of `measuredOn`, and change with the machine. */
  readonly calibration?: TierCalibration;
  readonly conditions: Conditions;
  readonly anchors: AnchorPolicy;
  /** SD of the normalised score of one submission scored again and again. */
  readonly noise: number;
  /** What lies above the reference. */
  readonly headroom: {
    /** Best normalised score known, and whose. */
    readonly bestKnown: number;
    /** Where scores must end, and why, e.g. a copy of the data. */
    readonly ceiling: string;
  };
  readonly measuredOn: MeasuredOn | null;
  /** With `measuredOn: null`: what was checked instead. */
  readonly checkedInstead?: string;
  /** Which number is reported: mini tiers `confirmed`, full tiers `selected` for comparison with METR. */
  readonly reports: "confirmed" | "selected";
  /** Programs needed on the machine when no container provides them. */
  readonly tools: readonly ToolRequirement[];
  readonly scorer: Scorer;
}

/**
 * Published results of a tier that this version of the pack cannot run yet: people can be shown beside its anchors, and asking
 * to run it is a clear error.
 */
export interface PublishedTier {
  readonly name: TierName;
  readonly anchors: { readonly start: number; readonly reference: number; readonly source: string };
  /** JSON file of human attempts, see {@link HumanBaselines}. */
  readonly baselines: string;
}
