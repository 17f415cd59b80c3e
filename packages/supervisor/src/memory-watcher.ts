import { readFileSync } from "node:fs";
import type { RunningCommand } from "./commands.ts";
import { findMembers, type MemberQuery } from "./processes/members.ts";
import type { ProcessEntry } from "./processes/process-table.ts";
import { findCommandProcesses } from "./tree/kill-command.ts";
import { memberQuery, type SignalTarget } from "./tree/signals.ts";

export interface MemoryWatchOptions {
  readonly limitBytes: number;
  readonly target: SignalTarget;
  readonly commands: ReadonlyMap<string, RunningCommand>;
  readonly isFrozen: () => boolean;
  readonly onExceeded: (command: RunningCommand) => void;
}

const calmMs = 500;
const closeMs = 40;

/** Ends the command that uses most when all together use more than the limit. Returns what stops it. */
export function watchMemory(options: MemoryWatchOptions): () => void {
  let timer: NodeJS.Timeout;

  function look(): void {
    let pauseMs = calmMs;
    try {
      pauseMs = compare();
    } catch (error) {
      // Processes that cannot be seen now can be seen later.
      console.error(error);
    }
    timer = setTimeout(look, pauseMs);
  }

  /** How long until the next look. */
  function compare(): number {
    let pauseMs = calmMs;
    if (options.commands.size > 0 && !options.isFrozen()) {
      const query = memberQuery(options.target, "all", "inside");
      const members = findMembers(query);
      const resident = members.reduce((sum, entry) => sum + entry.residentBytes, 0);
      if (resident > options.limitBytes / 3) pauseMs = query.procRoot === "/proc" ? 3 * closeMs : closeMs;
      // Forks share pages, which the plain sum counts once each; the exact share costs more to ask for.
      if (resident > options.limitBytes && proportional(query, members) > options.limitBytes) {
        const command = findLargest(options);
        if (command !== null) options.onExceeded(command);
      }
    }
    return pauseMs;
  }

  timer = setTimeout(look, closeMs);
  return () => clearTimeout(timer);
}

function proportional(query: MemberQuery, members: readonly ProcessEntry[]): number {
  return members.reduce((sum, entry) => sum + (proportionalBytes(query.procRoot, entry.pid) ?? entry.residentBytes), 0);
}

function proportionalBytes(procRoot: string, pid: number): number | null {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`${procRoot}/${pid}/smaps_rollup`, "latin1"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

function findLargest(options: MemoryWatchOptions): RunningCommand | null {
  let largest: { command: RunningCommand; bytes: number } | null = null;
  for (const command of options.commands.values()) {
    const bytes = findCommandProcesses(options.target, command).reduce(
      (sum, pid) => sum + (proportionalBytes("/proc", pid) ?? 0),
      0,
    );
    if (largest === null || bytes > largest.bytes) largest = { command, bytes };
  }
  return largest?.command ?? null;
}
