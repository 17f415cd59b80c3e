import type { Agent } from "@rebench/core";

/** Puts the pack's reference solution in place: the 1 of every task. The only agent that is ever given it. */
export const referenceAgent: Agent = {
  name: "reference",
  receivesReference: true,
  async run({ sandbox, referenceFolder }) {
    if (referenceFolder === null) {
      const message = "this tier's reference solution is not shipped as a plain folder";
      return { kind: "failed", blame: "host", code: "agent.no-reference", message };
    }
    await sandbox.copyIn(referenceFolder, sandbox.layout.solution, "agent");
    return { kind: "done" };
  },
};
