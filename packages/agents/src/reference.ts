import type { Agent } from "@rebench/core";
import { commandAgent } from "./command.ts";

/**
 * Puts the pack's reference solution in place, the 1 of every task: copies it, or, where it is a program, runs the command that the
 * tier declares. The only agent that is ever given it.
 */
export function referenceAgent(command?: string): Agent {
  return {
    name: "reference",
    receivesReference: true,
    async run(context) {
      const { sandbox, referenceFolder } = context;
      if (referenceFolder === null) {
        const message = "this tier's reference solution is not shipped as a plain folder";
        return { kind: "failed", blame: "host", code: "agent.no-reference", message };
      }
      if (command !== undefined) return commandAgent({ line: command, files: referenceFolder }).run(context);
      await sandbox.copyIn(referenceFolder, sandbox.layout.solution, "agent");
      return { kind: "done" };
    },
  };
}
