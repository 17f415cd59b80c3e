import type { Agent, AgentEnd, ExecutionResult } from "@rebench/core";
import { z } from "zod";

/** What this agent puts on disk before and after it starts its command. */
const rememberedSchema = z.union([z.object({ executionId: z.string() }), z.object({ starting: z.literal(true) })]);

export interface CommandAgentOptions {
  /** The shell line; it starts in the solution folder. */
  readonly line: string;
  /** Host folder that is copied to `~/agent` first. */
  readonly files?: string;
}

/**
 * Runs one shell line in the sandbox; the attempt is over when it ends. The line runs detached: a runner that takes the attempt
 * over waits for the same command, and never starts it a second time.
 */
export function commandAgent({ line, files }: CommandAgentOptions): Agent {
  return {
    name: "command",
    async run({ sandbox, remembered, remember, signal }) {
      const earlier = rememberedSchema.safeParse(remembered).data;
      if (earlier !== undefined && "starting" in earlier) return startLost;
      if (earlier !== undefined) return endOf(await sandbox.execution(earlier.executionId).wait({ signal }));
      const { home, solution } = sandbox.layout;
      if (files !== undefined) await sandbox.copyIn(files, `${home}/agent`, "agent");
      await remember({ starting: true });
      signal.throwIfAborted();
      const execution = await sandbox.exec({ argv: ["/bin/sh", "-c", line], user: "agent", cwd: solution });
      await remember({ executionId: execution.id });
      return endOf(await execution.wait({ signal }));
    },
  };
}

const startLost: AgentEnd = {
  kind: "failed",
  blame: "host",
  code: "agent.start-lost",
  message: "the runner died while it started the command, which is not started a second time",
};

function endOf({ exitCode, outOfMemory, signal }: ExecutionResult): AgentEnd {
  if (exitCode === 0) return { kind: "done" };
  const how = outOfMemory
    ? "ran out of memory"
    : exitCode === null
      ? `was ended by ${signal ?? "a signal"}`
      : `exited with ${exitCode}`;
  return { kind: "failed", blame: "agent", code: "agent.command-failed", message: `the command ${how}` };
}
