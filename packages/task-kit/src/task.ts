import type { SubmissionContract } from "./submission.ts";
import type { Service } from "./service.ts";
import type { PublishedTier, ScoreScale, Tier } from "./tier.ts";

/** What a task asks for. */
export type TaskKind = "optimise" | "debug" | "extend" | "reproduce" | "predict" | "train";

/** One problem: instructions, starting files, submission contract, scorer, at one or more tiers. */
export interface Task {
  /** Lower-case words joined by `-`, unique in the pack. A pack with one task calls it `main`. */
  readonly id: string;
  readonly title: string;
  /** At least one. */
  readonly kinds: readonly TaskKind[];
  /** Whether results hang more on implementation skill or on research judgement; results can be split by it. */
  readonly leansOn: "implementation" | "judgement";
  /** What is captured and scored, at every tier that names no other. */
  readonly submission: SubmissionContract;
  /** What raw scores mean, at every tier that names no other. */
  readonly score: ScoreScale;
  /** How the score log becomes one number: the best valid entry, or the last. */
  readonly aggregate: "best" | "last";
  /** Host-side endpoints that the sandbox may call through the relay; empty for most tasks. */
  readonly services: readonly Service[];
  /** At least one, of each name at most one. */
  readonly tiers: readonly Tier[];
  /** Tiers with published human attempts that this version does not run; empty when all are in `tiers`. */
  readonly published: readonly PublishedTier[];
}

/** Gives the author's object its type. Does no I/O. */
export function defineTask(task: Task): Task {
  return task;
}
