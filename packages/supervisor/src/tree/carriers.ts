import { readFileSync } from "node:fs";
import type { RunningCommand } from "../commands.ts";
import { isDead, isStopped, readProcess } from "../processes/process-table.ts";

/**
 * Whether every carrier of the agent's commands is at rest. One that was just continued is about to let its child go on, and one
 * without a child yet would bring it in after the others were stopped. A carrier follows its child into a stop, but for one
 * that is stopped in the middle of `vfork`: then it sleeps.
 */
export function carriersAreAtRest(commands: ReadonlyMap<string, RunningCommand>): boolean {
  return agentCarriers(commands).every((pid) => {
    const carrier = readProcess(pid);
    if (carrier === null || isDead(carrier) || isStopped(carrier)) return true;
    return carrier.state === "S" && childrenOf(pid).some((child) => readProcess(child)?.state === "D");
  });
}

/**
 * Whether every command of the agent has entered the sandbox. One that is on its way belongs to nobody yet and would arrive
 * after the others were ended.
 */
export function carriersHaveArrived(commands: ReadonlyMap<string, RunningCommand>): boolean {
  return agentCarriers(commands).every((pid) => {
    const carrier = readProcess(pid);
    return carrier === null || isDead(carrier) || childrenOf(pid).length > 0;
  });
}

function agentCarriers(commands: ReadonlyMap<string, RunningCommand>): number[] {
  return [...commands.values()].flatMap((command) =>
    command.user === "agent" && command.carried ? [command.root] : [],
  );
}

function childrenOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return children.trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
