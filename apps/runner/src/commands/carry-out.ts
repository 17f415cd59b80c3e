import {
  attemptResult,
  executeRun,
  type AttemptResult,
  type LevelProbe,
  type LoadedTask,
  type RunEvent,
  type RunOutcome,
  type RunPlan,
} from "@rebench/core";
import { attemptIndex, type HomeLayout } from "@rebench/core/home";
import type { CommandContext } from "../cli/command-context.ts";
import { ratesOfPlan } from "../calibration/machine-rates.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { compose, runPorts } from "../compose.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { lockOfTasks } from "../lock/lock-here.ts";
import { openRunJournal, type RunJournal } from "../host/run-journal.ts";
import { plainReporter } from "../reporting/plain-reporter.ts";
import { resultTable } from "../reporting/result-table.ts";
import { openRunIndex } from "../run-index/run-index.ts";

export interface CarryOutOptions {
  readonly home: HomeLayout;
  readonly plan: RunPlan;
  readonly tasks: readonly LoadedTask[];
  readonly level: LevelProbe;
  readonly context: CommandContext;
  /** Names of the attempts by their index; their numbers if left out. */
  readonly labels?: readonly string[];
  /** Show only scores and what went wrong as it goes. */
  readonly brief?: true;
}

/** The `run` object of the command line's JSON. */
export interface RunResult {
  readonly runId: string;
  readonly outcome: RunOutcome;
  readonly attempts: readonly AttemptResult[];
}

/** Carries out a plan, shows it as it goes, and returns the exit code. */
export async function carryOut(options: CarryOutOptions): Promise<number> {
  const result = await carryOutPlan(options);
  const { context } = options;
  if (context.json !== "none") context.print(result);
  else for (const line of resultTable(result, context.columns)) context.say(line);
  return exitCodeOfRun(result);
}

export function exitCodeOfRun({ outcome, attempts }: RunResult): number {
  const failed = attempts.some((attempt) => attempt.outcome?.kind === "failed" || attempt.outcome?.kind === "unknown");
  if (failed) return exitCodes.attemptsFailed;
  return outcome === "interrupted" ? exitCodes.interrupted : exitCodes.done;
}

export async function carryOutPlan(options: CarryOutOptions): Promise<RunResult> {
  const { home, plan, tasks, level, context } = options;
  if (level.level === "none") {
    context.say(
      context.style.bad(
        "isolation level none: the agent can read this machine's files and reach its network; results are marked",
      ),
    );
  }
  const interruption = listenForInterruption((count) =>
    context.say(count === 1 ? "stopping: what is there is scored; Ctrl-C again drops everything" : "aborting"),
  );
  const runJournal = await openRunJournal(home, plan, await lockOfTasks(tasks));
  const composition = await compose({
    home,
    packDirectories: tasks.map((task) => task.reference.directory),
    isolation: level.level,
  });
  const attempts: AttemptResult[] = [];
  let outcome: RunOutcome = "partial";
  const report = plainReporter(context, { labels: options.labels ?? numbers(plan), brief: options.brief ?? false });
  try {
    const rates = await ratesOfPlan(plan, tasks, {
      isolation: level.level,
      protectedPaths: composition.protectedPaths,
      signal: interruption.stop,
      onProgress: (message) => context.showProgress(oneLine(message, context.columns - 1)),
    });
    context.showProgress("");
    const ports = runPorts({
      ...composition,
      home,
      loadedTask: ({ task }) => taskOf(tasks, task.name, task.tier),
      rates,
      signals: interruption,
      journalClosed: (attemptId, head) => runJournal.journalClosed(attemptId, head),
    });
    for await (const event of executeRun(plan, ports, interruption)) {
      show(event, context, report);
      if (event.type === "attempt.ended") {
        attempts.push(attemptResult(event.state, home.run(plan.runId).attempt(event.state.spec.index).journal));
      }
      if (event.type === "run.finished") outcome = event.outcome;
    }
    return { runId: plan.runId, outcome, attempts: attempts.sort(byIndex) };
  } finally {
    interruption.dispose();
    await keepOutcome(home, runJournal, outcome, context);
  }
}

/** The journals hold the results; when what is derived from them cannot be written, the results are still shown. */
async function keepOutcome(
  home: HomeLayout,
  runJournal: RunJournal,
  outcome: RunOutcome,
  context: CommandContext,
): Promise<void> {
  try {
    const run = await runJournal.finished(outcome);
    const index = openRunIndex(home);
    index.put(run);
    index.close();
  } catch (error) {
    context.say(
      `could not update the run's files: ${(error as Error).message}; \`rebench index rebuild\` mends the index`,
    );
  }
}

/** A run of one attempt needs no label. */
const numbers = (plan: RunPlan): string[] =>
  plan.attempts.length === 1 ? [""] : plan.attempts.map(({ index }) => String(index));

function show(event: RunEvent, context: CommandContext, report: (event: RunEvent) => void): void {
  if (context.json !== "lines") return report(event);
  // States can be folded from the events; a stream does not repeat them.
  context.print(event.type === "attempt.ended" ? { type: event.type, attemptId: event.attemptId } : event);
}

function taskOf(tasks: readonly LoadedTask[], name: string, tier: string): LoadedTask {
  const loaded = tasks.find((task) => task.reference.name === name && task.reference.tier === tier);
  if (loaded === undefined) throw new TypeError(`the plan names ${name} ${tier}, which was not loaded`);
  return loaded;
}

const byIndex = (left: AttemptResult, right: AttemptResult): number =>
  attemptIndex(left.attemptId) - attemptIndex(right.attemptId);
