import { setTimeout as sleep } from "node:timers/promises";
import { commandVariable, findMembers, hasVariable, withDescendants } from "../processes/members.ts";
import { readProcesses, isDead } from "../processes/process-table.ts";
import { memberQuery, type SignalTarget } from "./signals.ts";

export interface CommandTree {
  readonly id: string;
  /** Host pid of its outermost process. */
  readonly root: number;
  /** Whether the outermost process is a mere carrier outside the sandbox, which ends by itself and must report the exit. */
  readonly carried: boolean;
  /** `pid startTime` of processes seen below it earlier, also those that have left it since. */
  readonly seen: Set<string>;
}

/** Host pids of a command's processes: below it, in its sessions and groups, with its variable, or seen below it earlier. */
export function findCommandProcesses(target: SignalTarget, command: CommandTree): number[] {
  const all = readProcesses().filter((entry) => !isDead(entry));
  const members = new Set(findMembers(memberQuery(target, "all", "host")).map((entry) => entry.pid));
  const roots = new Set([command.root]);
  for (const entry of all) {
    if (!members.has(entry.pid)) continue;
    if (command.seen.has(`${entry.pid} ${entry.startTime}`) || hasVariable(entry.pid, commandVariable, command.id)) {
      roots.add(entry.pid);
    }
  }
  const found = withDescendants(all, roots);
  if (command.carried) found.delete(command.root);
  for (const entry of all) {
    if (found.has(entry.pid)) command.seen.add(`${entry.pid} ${entry.startTime}`);
  }
  return all.filter((entry) => found.has(entry.pid)).map((entry) => entry.pid);
}

/** Stops all that can be found until there is nothing new, then kills it: no fork slips through between look and signal. */
export async function killCommandTree(target: SignalTarget, command: CommandTree): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const stopped = new Set<number>();
    for (let found = findCommandProcesses(target, command); ; found = findCommandProcesses(target, command)) {
      const fresh = found.filter((pid) => !stopped.has(pid));
      if (fresh.length === 0) break;
      for (const pid of fresh) {
        stopped.add(pid);
        send(pid, "SIGSTOP");
      }
    }
    if (stopped.size === 0) break;
    for (const pid of stopped) send(pid, "SIGKILL");
    await sleep(2);
  }
  // A carrier stops with its child and would not see it end.
  send(command.root, "SIGCONT");
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
