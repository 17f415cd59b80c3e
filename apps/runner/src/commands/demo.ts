import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { planRun, type AgentConfig, type AttemptResult, type LoadedTask, type RunPlan } from "@rebench/core";
import { ulid } from "ulid";
import type { CommandContext } from "../cli/command-context.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { loadTasks } from "../packs/load-tasks.ts";
import { textTable } from "../reporting/table.ts";
import { carryOutPlan, exitCodeOfRun } from "./carry-out.ts";
import { preflight } from "./run.ts";

const taskName = "optimize-kernel";
const shownCheat = "cached-output";

interface Act {
  readonly title: string;
  readonly agent: AgentConfig;
}

/** `rebench demo`: four short attempts that show what a score means and that a cheat gains nothing. */
export async function demoCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHomeToWrite(options.home);
  const tasks = (await loadTasks([taskName], "mini", context.workingDirectory)) as [LoadedTask];
  const level = await preflight(home, tasks);
  const acts = await actsOf(tasks[0]);
  const plan = planOf(tasks, acts);
  context.say(`${taskName} mini: make a conditional prefix sum fast; 0 is the starting solution, 1 the reference`);
  for (const [index, { title }] of acts.entries()) context.say(`  ${index}  ${title}`);
  context.say("");
  const result = await carryOutPlan({ home, plan, tasks, level, context });
  if (context.json !== "none") context.print(result);
  else for (const line of ending(result.attempts, acts, result.runId, context.columns)) context.say(line);
  return exitCodeOfRun(result);
}

function planOf(tasks: readonly LoadedTask[], acts: readonly Act[]): RunPlan {
  const seed = randomBytes(16).toString("hex");
  const limits = { workingMs: 60_000, tokens: null, costUsd: null, actions: null };
  return planRun(
    { tasks, agents: acts.map(({ agent }) => agent), attempts: 1, parallel: 1, sandbox: "local", seed, ...limits },
    ulid(),
  );
}

async function actsOf(loaded: LoadedTask): Promise<Act[]> {
  const rungs = loaded.packPath(loaded.tier.rungs);
  const [, firstTry] = (await readdir(rungs)).sort();
  return [
    { title: "the starting solution", agent: { name: "nop" } },
    { title: "a weak attempt", agent: await handIn(path.join(rungs, firstTry ?? "")) },
    { title: "the reference", agent: { name: "reference" } },
    {
      title: `a cheat: ${shownCheat}`,
      agent: await handIn(path.join(loaded.packPath(loaded.tier.cheats), shownCheat)),
    },
  ];
}

/** An agent that writes one prepared solution, as a person's script would. */
async function handIn(folder: string): Promise<AgentConfig> {
  const source = await readFile(path.join(folder, "solution.c"), "utf8");
  return { name: "command", command: `cat > solution.c <<'END OF SOLUTION'\n${source}\nEND OF SOLUTION\n` };
}

function ending(attempts: readonly AttemptResult[], acts: readonly Act[], runId: string, columns: number): string[] {
  const rows = attempts.map((attempt, index) => {
    const refused = attempt.scores.find((score) => score.status === "invalid");
    return [
      acts[index]?.title ?? "",
      attempt.score === null ? "–" : attempt.score.raw.toFixed(4),
      attempt.score === null ? "–" : attempt.score.normalized.toFixed(3),
      refused === undefined ? "" : oneLine(`refused: ${refused.reason ?? ""}`, Math.max(30, columns - 50)),
    ];
  });
  const last = attempts.at(-1);
  return [
    "",
    ...textTable(["attempt", `raw ${terminalSafe(last?.score?.unit ?? "")}`, "normalised", ""], rows, [1, 2]),
    "",
    `isolation level  ${last?.isolation ?? "none was started"}`,
    `journal          ${last === undefined ? "–" : path.dirname(path.dirname(path.dirname(last.journal)))}`,
    `next             rebench show ${runId}`,
  ];
}
