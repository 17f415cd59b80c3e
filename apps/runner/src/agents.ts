import { commandAgent, nopAgent, referenceAgent } from "@rebench/agents";
import type { Agent, AgentConfig } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";

const names = ["nop", "reference", "command"];

/** What a person asked for, as part of a plan. Errors with code `agent.not-found` or `usage.command`. */
export function agentConfig(name: string, command: string | undefined): AgentConfig {
  if (!names.includes(name)) {
    throw new RebenchError({
      code: "agent.not-found",
      message: `there is no agent ${JSON.stringify(name)}`,
      fix: `agents: ${names.join(", ")}`,
    });
  }
  if ((name === "command") !== (command !== undefined)) {
    throw new RebenchError({
      code: "usage.command",
      message:
        name === "command"
          ? "the agent `command` needs a shell line"
          : `--command goes with --agent command, not ${name}`,
      fix: "e.g. --agent command --command 'python3 my_agent.py'",
    });
  }
  return command === undefined ? { name } : { name, command };
}

export function createAgent(config: AgentConfig): Agent {
  switch (config.name) {
    case "nop":
      return nopAgent;
    case "reference":
      return referenceAgent;
    case "command":
      return commandAgent(config.command ?? "");
    default:
      throw new RebenchError({
        code: "agent.not-found",
        message: `there is no agent ${JSON.stringify(config.name)}`,
        fix: `agents: ${names.join(", ")}`,
      });
  }
}
