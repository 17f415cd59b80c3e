import type { Agent } from "@rebench/core";
import { z } from "zod";

const rememberedSchema = z.object({ executionId: z.string() });

export interface CommandAgentOptions {
  /** The shell line; it starts in the solution folder. */
  readonly line: string;
  /** Host folder that is copied to `~/agent` first. */
  readonly files?: string;
}

/**
 * Runs one shell line in the sandbox; the attempt is over when it ends. The line runs detached: a runner that takes the attempt
 * over waits for the same command instead of starting another.
 */
export function commandAgent({ line, files }: CommandAgentOptions): Agent {
  return {
    name: "command",
    async run({ sandbox, remembered, remember, signal }) {
      const earlier = rememberedSchema.safeParse(remembered);
      if (files !== undefined && !earlier.success) await sandbox.copyIn(files, `${sandbox.layout.home}/agent`, "agent");
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
