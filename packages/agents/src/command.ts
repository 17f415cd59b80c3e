import type { Agent } from "@rebench/core";
import { z } from "zod";

const rememberedSchema = z.object({ executionId: z.string() });

/**
 * Runs one shell line in the sandbox; the attempt is over when it ends. The line runs detached: a runner that takes the attempt
 * over waits for the same command instead of starting another.
 */
export function commandAgent(line: string): Agent {
  return {
    name: "command",
    async run({ sandbox, remembered, remember, signal }) {
      const earlier = rememberedSchema.safeParse(remembered);
      const execution = earlier.success
        ? sandbox.execution(earlier.data.executionId)
        : await sandbox.exec({ argv: ["/bin/sh", "-c", line], user: "agent", cwd: sandbox.layout.solution });
      if (!earlier.success) await remember({ executionId: execution.id });
      const result = await execution.wait({ signal });
      if (result.exitCode === 0) return { kind: "done" };
      const how = result.outOfMemory
        ? "ran out of memory"
        : result.exitCode === null
          ? `was ended by ${result.signal ?? "a signal"}`
          : `exited with ${result.exitCode}`;
      return { kind: "failed", blame: "agent", code: "agent.command-failed", message: `the command ${how}` };
    },
  };
}
