import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { planRun, type LevelProbe, type LoadedTask } from "@rebench/core";
import { homeLayout } from "@rebench/core/home";
import { ulid } from "ulid";
import type { CommandContext } from "../cli/command-context.ts";
import { carryOutPlan } from "../commands/carry-out.ts";
import { kindOf } from "../host/choose-sandbox.ts";
import type { AttemptReport } from "./check.ts";

const limits = { workingMs: 120_000, tokens: null, costUsd: null, actions: null };

/** Runs one attempt by a shell line in a home of its own that is removed afterwards. */
export async function attemptOnce(
  loaded: LoadedTask,
  level: LevelProbe,
  line: string,
  context: CommandContext,
): Promise<AttemptReport> {
  const root = await mkdtemp(path.join(os.tmpdir(), "rebench-check-"));
  try {
    const seed = randomBytes(16).toString("hex");
    const agents = [{ name: "command", command: line }];
    const plan = planRun(
      { tasks: [loaded], agents, attempts: 1, parallel: 1, sandbox: kindOf(level), seed, ...limits },
      ulid(),
    );
    const quiet: CommandContext = { ...context, json: "none", say: () => undefined, showProgress: () => undefined };
    const result = await carryOutPlan({ home: homeLayout(root), plan, tasks: [loaded], level, context: quiet });
    const attempt = result.attempts[0];
    return {
      normalized: attempt?.score?.normalized ?? null,
      invalid: attempt?.scores.some(({ status }) => status === "invalid") ?? false,
      output: await firstOutput(path.dirname(attempt?.journal ?? root)),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function firstOutput(attempt: string): Promise<Uint8Array> {
  const commands = path.join(attempt, "sandbox", "commands");
  // No folder means that the attempt ended before its command began.
  const [first] = (await readdir(commands).catch(() => [])).sort();
  return first === undefined ? new Uint8Array() : readFile(path.join(commands, first, "stdout"));
}
