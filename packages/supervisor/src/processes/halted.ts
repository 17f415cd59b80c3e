import { readdirSync, readFileSync } from "node:fs";
import { isStopped, parseStat, type ProcessEntry } from "./process-table.ts";
import { throwIfExhausted } from "./unreadable.ts";

/**
 * Whether no thread of a process can run a further instruction of its own. Stopped, that is; or in the middle of `vfork`, where
 * it waits, out of reach of any signal but the last, for a child that is stopped itself.
 */
export function isHalted(entry: ProcessEntry, all: readonly ProcessEntry[], procRoot: string): boolean {
  const awaitsStopped = all.some((child) => child.ppid === entry.pid && isStopped(child));
  return threadStates(entry, procRoot).every((state) => {
    if (state === "T" || state === "t" || state === "Z" || state === "X") return true;
    return state === "D" && awaitsStopped;
  });
}

function threadStates(entry: ProcessEntry, procRoot: string): string[] {
  if (process.platform !== "linux") return [entry.state];
  try {
    const folder = `${procRoot}/${entry.pid}/task`;
    return readdirSync(folder).map((thread) => parseStat(readFileSync(`${folder}/${thread}/stat`, "latin1")).state);
  } catch (error) {
    throwIfExhausted(error);
    // It ended, or one of its threads did: the next look tells.
    return [entry.state];
  }
}
