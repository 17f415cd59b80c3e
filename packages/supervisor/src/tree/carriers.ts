import { readFileSync } from "node:fs";
import type { RunningCommand } from "../commands.ts";
import { isDead, readProcess } from "../processes/process-table.ts";

/**
 * Whether every command of the agent has entered the sandbox. One that is on its way belongs to nobody yet and would arrive
 * after the others were stopped.
 */
export function carriersHaveArrived(commands: ReadonlyMap<string, RunningCommand>): boolean {
  return [...commands.values()].every((command) => {
    if (command.user !== "agent" || !command.carried) return true;
    const carrier = readProcess(command.root);
    if (carrier === null || isDead(carrier)) return true;
    try {
      return readFileSync(`/proc/${command.root}/task/${command.root}/children`, "latin1").trim() !== "";
    } catch {
      return true;
    }
  });
}
