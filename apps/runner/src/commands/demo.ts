import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { planRun, type AgentConfig, type AttemptResult, type LoadedTask, type RunPlan } from "@rebench/core";
import { ulid } from "ulid";
import type { CommandContext } from "../cli/command-context.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { kindOf, parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { pathOfLocation } from "../packs/location.ts";
import { packPlaces } from "../host/pack-places.ts";
import { loadTasks } from "../packs/load-tasks.ts";
import { bar } from "../reporting/bar.ts";
import { textTable } from "../reporting/table.ts";
import { carryOutPlan, exitCodeOfRun, type RunResult } from "./carry-out.ts";
import { preflight } from "./run.ts";

const scaleTop = 1.2;
const barWidth = 24;
const taskName = "optimize-kernel";
const shownCheat = "in-flight-threads";

interface Act {
  readonly label: string;
  readonly title: string;
  readonly agent: AgentConfig;
}

/** `rebench demo`: four short attempts that show what a score means and that a cheat gains nothing. */
export async function demoCommand(
  options: { readonly home?: string; readonly sandbox: string },
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const tasks = (await loadTasks([taskName], "mini", packPlaces(home, context))) as [LoadedTask];
  const level = await preflight({ home, tasks, context, sandbox: parseSandbox(options.sandbox), isolation: null });
  const acts = await actsOf(tasks[0]);
  const plan = planOf(tasks, acts, kindOf(level));
  const { bold } = context.style;
  context.say(
    `${bold(`${taskName} mini`)}: make a conditional prefix sum fast. 0 is the starting solution, 1 the reference.`,
  );
  context.say(
    `Four short attempts in sandboxes of isolation level ${bold(level.level)}. Score 0 is the starting solution's, in every attempt.`,
  );
  context.say("");
  const result = await carryOutPlan({
    home,
    plan,
    tasks,
    level,
    context,
    labels: acts.map(({ label }) => label),
    brief: true,
  });
  if (context.json !== "none") context.print(result);
  else for (const line of ending(result, acts, { home: options.home, context })) context.say(line);
  return exitCodeOfRun(result);
}

function planOf(tasks: readonly LoadedTask[], acts: readonly Act[], sandbox: "local" | "docker"): RunPlan {
  const seed = randomBytes(16).toString("hex");
  const limits = { workingMs: 60_000, tokens: null, costUsd: null, actions: null };
  return planRun(
    { tasks, agents: acts.map(({ agent }) => agent), attempts: 1, parallel: 1, sandbox, seed, ...limits },
    ulid(),
  );
}

async function actsOf(loaded: LoadedTask): Promise<Act[]> {
  const rungs = loaded.packPath(pathOfLocation(loaded.tier.rungs));
  const [, firstTry] = (await readdir(rungs)).sort();
  return [
    { label: "start", title: "the starting solution", agent: { name: "nop" } },
    { label: "weak", title: "a weak attempt", agent: await handIn(path.join(rungs, firstTry ?? "")) },
    { label: "reference", title: "the reference", agent: { name: "reference" } },
    {
      label: "cheat",
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

function ending(
  { attempts, runId }: RunResult,
  acts: readonly Act[],
  { home, context: { columns, style } }: { readonly home: string | undefined; readonly context: CommandContext },
): string[] {
  const rows = attempts.map((attempt, index) => [
    acts[index]?.title ?? "",
    attempt.score === null ? "–" : attempt.score.raw.toFixed(4),
    attempt.score === null ? "–" : attempt.score.normalized.toFixed(3),
    remark(attempt, Math.max(30, columns - 62)),
  ]);
  const last = attempts.at(-1);
  const line = (name: string, value: string): string => `${style.dim(name.padEnd(16))} ${value}`;
  return [
    "",
    ...textTable(["attempt", `raw, ${terminalSafe(last?.score?.unit ?? "")}`, "normalised", ""], rows, [1, 2]),
    "",
    line("isolation level", last?.isolation ?? "none was started"),
    line("journals", last === undefined ? "–" : path.dirname(path.dirname(last.journal))),
    line(
      "next",
      style.bold(`./rebench show ${runId}${home === undefined ? "" : ` --home ${terminalSafe(quoted(home))}`}`),
    ),
  ];
}

/** As a shell reads it back. */
const quoted = (text: string): string => (/^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

function remark({ scores, score }: AttemptResult, width: number): string {
  const refused = scores.find(({ status }) => status === "invalid");
  if (refused !== undefined) return oneLine(`refused: ${refused.reason ?? ""}`, width);
  return bar((score?.normalized ?? 0) / scaleTop, barWidth);
}
