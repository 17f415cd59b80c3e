import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { planRun, type AgentConfig, type AttemptResult, type LevelProbe, type LoadedTask } from "@rebench/core";
import { homeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { ulid } from "ulid";
import type { CommandContext } from "../cli/command-context.ts";
import { carryOutPlan } from "../commands/carry-out.ts";
import { kindOf } from "../host/choose-sandbox.ts";
import type { OpenLocation } from "../packs/location.ts";
import type { AttemptReport } from "./check.ts";

/** Longest that the line of an exploit may work. */
const exploitMs = 120_000;

/** Runs one attempt by a shell line in a home of its own that is removed afterwards. */
export async function attemptOnce(
  loaded: LoadedTask,
  level: LevelProbe,
  line: string,
  context: CommandContext,
): Promise<AttemptReport> {
  await using home = await temporaryHome();
  const agent = { name: "command", command: line };
  const attempt = await attemptIn(home.folder, { loaded, level, agent, workingMs: exploitMs, context });
  return {
    normalized: attempt?.score?.normalized ?? null,
    invalid: attempt?.scores.some(({ status }) => status === "invalid") ?? false,
    output: await firstOutput(path.dirname(attempt?.journal ?? home.folder)),
  };
}

/** What a program hands in, in an attempt with the tier's own budget. Errors with code `pack.not-made`. */
export async function submissionOf(
  loaded: LoadedTask,
  level: LevelProbe,
  { folder, command }: { readonly folder: string; readonly command: string },
  context: CommandContext,
): Promise<OpenLocation> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryHome());
  const agent = { name: "command", command, files: folder };
  const attempt = await attemptIn(home.folder, { loaded, level, agent, workingMs: null, context });
  const submission = path.join(path.dirname(attempt?.journal ?? home.folder), "submission");
  const outcome = attempt?.outcome;
  const ended = outcome?.kind === "completed" || outcome?.kind === "limit";
  if (!ended || !existsSync(submission)) {
    throw new RebenchError({
      code: "pack.not-made",
      message: `\`${command}\` makes no submission: ${outcome?.kind === "failed" ? outcome.message : (outcome?.kind ?? "no attempt")}`,
      fix: "run it with --agent command and --agent-files; `rebench show` tells what it printed",
    });
  }
  const kept = stack.move();
  return { folder: submission, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function temporaryHome(): Promise<OpenLocation> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-check-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

interface AttemptToMake {
  readonly loaded: LoadedTask;
  readonly level: LevelProbe;
  readonly agent: AgentConfig;
  /** Most working time; null for the tier's. */
  readonly workingMs: number | null;
  readonly context: CommandContext;
}

async function attemptIn(
  root: string,
  { loaded, level, agent, workingMs, context }: AttemptToMake,
): Promise<AttemptResult | undefined> {
  const seed = randomBytes(16).toString("hex");
  const limits = { workingMs, tokens: null, costUsd: null, actions: null };
  const plan = planRun(
    { tasks: [loaded], agents: [agent], attempts: 1, parallel: 1, sandbox: kindOf(level), seed, ...limits },
    ulid(),
  );
  const quiet: CommandContext = { ...context, json: "none", say: () => undefined, showProgress: () => undefined };
  const result = await carryOutPlan({ home: homeLayout(root), plan, tasks: [loaded], level, context: quiet });
  return result.attempts[0];
}

async function firstOutput(attempt: string): Promise<Uint8Array> {
  const commands = path.join(attempt, "sandbox", "commands");
  // No folder means that the attempt ended before its command began.
  const [first] = (await readdir(commands).catch(() => [])).sort();
  return first === undefined ? new Uint8Array() : readFile(path.join(commands, first, "stdout"));
}
