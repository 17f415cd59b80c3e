import type { Task, Tier } from "@rebench/task-kit";
import type { TaskReference } from "./attempt-spec.ts";

/** A task at a tier, with its pack's code in memory and its files on the host. */
export interface LoadedTask {
  readonly reference: TaskReference;
  readonly task: Task;
  readonly tier: Tier;
  /** Absolute host path of a file or folder of the pack. Errors with code `pack.path-outside` for one that leaves the pack. */
  packPath(relative: string): string;
  /** Text of the tier's instructions. */
  readonly instructions: string;
}
