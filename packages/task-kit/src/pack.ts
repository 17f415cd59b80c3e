import type { Task } from "./task.ts";

/** The contract version that this copy of the kit describes. */
export const specVersion = 1;

/** What a pack's entry module exports as default. Build it with {@link defineTaskPack}. */
export interface TaskPack {
  /** Contract version; the host refuses one that it does not know, before running any pack code. */
  readonly spec: typeof specVersion;
  /** One line: what problem this pack poses. */
  readonly title: string;
  /**
   * A line unique to the pack (contains a UUID) that stands in its instructions, hidden data and reference, so that a leak into
   * training data, or into a sandbox, can be found by searching for it.
   */
  readonly canary: string;
  /** At least one. */
  readonly tasks: readonly Task[];
}

/** Adds the contract version and gives the author's object its type. Does no I/O. */
export function defineTaskPack(pack: Omit<TaskPack, "spec">): TaskPack {
  return { spec: specVersion, ...pack };
}
