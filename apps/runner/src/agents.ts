import { statSync } from "node:fs";
import { commandAgent, nopAgent, referenceAgent } from "@rebench/agents";
import type { Agent, AgentConfig, LoadedTask } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { openLocation, type OpenLocation } from "./packs/location.ts";

const names = ["nop", "reference", "command"];

export interface AgentRequest {
  readonly name: string;
  readonly command: string | undefined;
  /** Absolute path. */
  readonly files: string | undefined;
}

/** What a person asked for, as part of a plan. Errors with code `agent.not-found`, `usage.command` or `usage.agent-files`. */
export function agentConfig({ name, command, files }: AgentRequest): AgentConfig {
  if (!names.includes(name)) {
    throw new RebenchError({
      code: "agent.not-found",
      message: `there is no agent ${JSON.stringify(name)}`,
      fix: `agents: ${names.join(", ")}`,
    });
  }
  if ((name === "command") !== (command !== undefined) || (name !== "command" && files !== undefined)) {
    const message =
      name === "command"
        ? "the agent `command` needs a shell line"
        : `--command and --agent-files go with --agent command, not ${name}`;
    throw new RebenchError({
      code: "usage.command",
      message,
      fix: "e.g. --agent command --command 'python3 ~/agent/main.py' --agent-files ./my-agent",
    });
  }
  if (files !== undefined && statSync(files, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new RebenchError({
      code: "usage.agent-files",
      message: `${files} is not a folder`,
      fix: "name the folder that holds your agent",
    });
  }
  return { name, ...(command === undefined ? {} : { command }), ...(files === undefined ? {} : { files }) };
}

/** Those that do nothing, or put the answer down, come to no limit on their time. */
export function spendsWorkingTime({ name }: AgentConfig, { tier }: LoadedTask): boolean {
  return name === "reference" ? tier.reference.command !== undefined : name !== "nop";
}

export function createAgent(config: AgentConfig, { tier }: LoadedTask): Agent {
  switch (config.name) {
    case "nop":
      return nopAgent;
    case "reference":
      return referenceAgent(tier.reference.command);
    case "command":
      return commandAgent({
        line: config.command ?? "",
        ...(config.files === undefined ? {} : { files: config.files }),
      });
    default:
      throw new RebenchError({
        code: "agent.not-found",
        message: `there is no agent ${JSON.stringify(config.name)}`,
        fix: `agents: ${names.join(", ")}`,
      });
  }
}

/** The reference solution, for the one agent that receives it; null for every other. */
export async function openReference(agent: Agent, { tier, packPath }: LoadedTask): Promise<OpenLocation | null> {
  return agent.receivesReference === true ? openLocation(tier.reference, packPath) : null;
}
