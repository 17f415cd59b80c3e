import { createHash, randomBytes } from "node:crypto";
import path from "node:path";
import {
  planRun,
  type LevelProbe,
  type LoadedTask,
  type RunPlan,
  type RunRequest,
  type TaskReference,
} from "@rebench/core";
import type { HomeLayout } from "@rebench/core/home";
import { RebenchError, type TierName } from "@rebench/task-kit";
import { ulid } from "ulid";
import { agentConfig } from "../agents.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { parseDuration } from "../cli/duration.ts";
import { parseAmount, parseCount } from "../cli/number-option.ts";
import { describeError, errorObject } from "../cli/print-error.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import {
  chooseSandbox,
  kindOf,
  likelyKind,
  parseLevel,
  parseSandbox,
  type SandboxChoice,
} from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { requireGpus, requirePassedOn } from "../host/gpus.ts";
import { privateAssets, protectedPaths } from "../host/protected-paths.ts";
import { requireTools } from "../host/tools.ts";
import { packPlaces } from "../host/pack-places.ts";
import { haveAssets } from "../packs/assets/have-assets.ts";
import { loadTasks } from "../packs/load-tasks.ts";
import { lockBeside, lockedNames, lockedTaskProblems, parseLockedMode } from "../lock/locked-run.ts";
import { observedProblems } from "../lock/observed.ts";
import type { Problem } from "../verification/problem.ts";
import { carryOut } from "./carry-out.ts";

export interface RunOptions {
  readonly agent: string;
  readonly command?: string;
  readonly agentFiles?: string;
  readonly tier: string;
  readonly attempts: string;
  readonly parallel: string;
  readonly time?: string;
  readonly tokens?: string;
  readonly cost?: string;
  readonly actions?: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly seed?: string;
  readonly home?: string;
  readonly locked?: string;
  readonly dryRun?: boolean;
}

/** `rebench run TASK…`: request → plan → execute. Returns the exit code. */
export async function runCommand(
  names: readonly string[],
  options: RunOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const places = packPlaces(home, context);
  const locked = parseLockedMode(options.locked);
  const lock = locked === null ? null : await lockBeside(context.workingDirectory);
  const wanted = lock === null ? names : lockedNames(names, lock);
  const differences = lock === null ? [] : await lockedTaskProblems(wanted, lock, places);
  if (differences.length > 0) return refuseLocked(differences, context);
  const tasks = await loadTasks(wanted, tierName(options.tier), places);
  const files = optional(options.agentFiles, (folder) => path.resolve(context.workingDirectory, folder)) ?? undefined;
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const request: Omit<RunRequest, "sandbox"> = {
    tasks,
    agents: [agentConfig({ name: options.agent, command: options.command, files })],
    attempts: parseCount(options.attempts),
    parallel: parseCount(options.parallel),
    workingMs: optional(options.time, parseDuration),
    tokens: optional(options.tokens, parseCount),
    costUsd: optional(options.cost, parseAmount),
    actions: optional(options.actions, parseCount),
    seed: seedOf(options.seed),
  };
  const runId = ulid();
  if (options.dryRun === true)
    return showPlan(planRun({ ...request, sandbox: await likelyKind(choice) }, runId), tasks, context);
  const level = await preflight({ home, tasks, context, ...choice });
  const observed = locked === null ? [] : await observedProblems({ home, tasks, level: level.level });
  if (locked === "strict" && observed === null)
    context.say(
      "no run of the same content is stored here, so there is nothing that Node, engine and layers could differ from",
    );
  if (locked === "strict" && observed !== null && observed.length > 0) return refuseLocked(observed, context);
  for (const { where, message } of observed ?? []) context.say(terminalSafe(`WARNING ${where}: ${message}`));
  return carryOut({ home, plan: planRun({ ...request, sandbox: kindOf(level) }, runId), tasks, level, context });
}

/** Lists every difference; nothing was run. Errors with code `lock.differs`; under `--json` the list is in the object too. */
function refuseLocked(problems: readonly Problem[], context: CommandContext): number {
  const list = problems.map(({ where, message }) => `  ${where}: ${message}`).join("\n");
  const error = new RebenchError({
    code: "lock.differs",
    message: `what is here is not what is locked:\n${list}`,
    fix: "restore it, install the locked versions, or write a new lock with `rebench lock`",
  });
  if (context.json === "none") throw error;
  context.print({ ...errorObject(error), problems });
  context.say(describeError(error));
  return exitCodes.checkFailed;
}

export interface PreflightOptions extends SandboxChoice {
  readonly home: HomeLayout;
  readonly tasks: readonly LoadedTask[];
  readonly context: CommandContext;
}

/** What can be known to fail before anything is started, and the sandboxes that will be used, their images built. */
export async function preflight({ home, tasks, context, ...choice }: PreflightOptions): Promise<LevelProbe> {
  for (const task of tasks) await requireGpus(task);
  await haveAssets({
    assets: tasks.flatMap((task) => task.tier.assets ?? []),
    folder: home.assets,
    copies: privateAssets(),
    onProgress: (message) => context.showProgress(oneLine(message, context.columns - 1)),
  });
  const packDirectories = tasks.map((task) => task.reference.directory);
  const level = await chooseSandbox({
    ...choice,
    tasks,
    protectedPaths: protectedPaths(home.root, packDirectories),
    say: (line) => context.say(terminalSafe(line)),
    onProgress: (message) => context.showProgress(oneLine(message, context.columns - 1)),
  });
  context.showProgress("");
  for (const task of tasks) requirePassedOn(task, level.level);
  // An image brings its own.
  if (level.level !== "docker") tasks.forEach(requireTools);
  return level;
}

/** Errors with code `tier.not-found`. */
export function tierName(text: string): TierName {
  if (text === "mini" || text === "full") return text;
  throw new RebenchError({
    code: "tier.not-found",
    message: `there is no tier ${JSON.stringify(text)}`,
    fix: "tiers: mini, full",
  });
}

/** Any text is a seed; without one the seed is drawn, and stands in the plan. */
function seedOf(text: string | undefined): string {
  return text === undefined
    ? randomBytes(16).toString("hex")
    : createHash("sha256").update(text).digest("hex").slice(0, 32);
}

const optional = <T>(text: string | undefined, parse: (text: string) => T): T | null =>
  text === undefined ? null : parse(text);

function showPlan(plan: RunPlan, tasks: readonly LoadedTask[], context: CommandContext): number {
  if (context.json !== "none") context.print({ plan });
  for (const { index, task, agent, budget, resources } of context.json === "none" ? plan.attempts : []) {
    const line = `${index}  ${task.name}@${task.version} ${task.tier}  ${agent.name}  ${budget.workingMs / 1000} s working${isCalibrated(tasks, task) && budget.workingMs !== budget.requestedWorkingMs ? " before calibration" : ""}, ${budget.scoreCalls} score calls, ${resources.cpus} CPUs, ${resources.memoryMb} MB`;
    context.say(terminalSafe(line));
  }
  if (context.json === "none")
    context.say(`${plan.attempts.length} attempts, ${plan.parallel} at a time, seed ${plan.seed}; nothing was run`);
  return 0;
}

function isCalibrated(tasks: readonly LoadedTask[], { name, tier }: TaskReference): boolean {
  const task = tasks.find(({ reference }) => reference.name === name && reference.tier === tier);
  return task?.tier.calibration !== undefined;
}
