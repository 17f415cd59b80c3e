import { statSync } from "node:fs";
import type { SandboxDeadlines } from "@rebench/core";
import { deadlinesPath, readDeadlines, writeDeadlines } from "./status.ts";

export interface DeadlineWatch {
  set(deadlines: SandboxDeadlines): Promise<void>;
  stop(): void;
}

export interface DeadlineWatchOptions {
  readonly onReached: (limit: "working" | "wall", at: number) => void;
  readonly isFrozen: () => boolean;
}

// Also after the machine slept or its clock was set: a timer alone would be late by that.
const lookEveryMs = 250;

/** Compares the clock with a file that the sandbox cannot write; whoever may write it can move the deadline. */
export async function watchDeadlines(directory: string, options: DeadlineWatchOptions): Promise<DeadlineWatch> {
  let current: SandboxDeadlines = (await readDeadlines(directory)) ?? { workingEndsAt: null, wallEndsAt: null };
  const path = deadlinesPath(directory);
  let lastChange = modifiedAt(path);
  let timer: NodeJS.Timeout;
  let stopped = false;

  function look(): void {
    const changed = modifiedAt(path);
    if (changed !== lastChange) {
      lastChange = changed;
      // A file that is no deadline leaves the last one in force.
      readDeadlines(directory).then(
        (found) => (current = found ?? current),
        () => undefined,
      );
    }
    const now = Date.now();
    const { workingEndsAt, wallEndsAt } = current;
    if (wallEndsAt !== null && now >= wallEndsAt) return options.onReached("wall", wallEndsAt);
    if (workingEndsAt !== null && !options.isFrozen() && now >= workingEndsAt) {
      return options.onReached("working", workingEndsAt);
    }
    const next = Math.min(wallEndsAt ?? Infinity, options.isFrozen() ? Infinity : (workingEndsAt ?? Infinity));
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(lookEveryMs, Math.max(1, next - now)));
  }

  timer = setTimeout(look, 0);
  return {
    set: async (deadlines) => {
      await writeDeadlines(directory, deadlines);
      current = deadlines;
      lastChange = modifiedAt(path);
      if (!stopped) look();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
