import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { parseCount } from "../cli/number-option.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { compose } from "../compose.ts";
import { parseLevel, parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { openGrader, type Verdict } from "../host/grader.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import { loadTasks } from "../packs/load-tasks.ts";
import { bar } from "../reporting/bar.ts";
import { gradeObject, gradeText } from "../reporting/grade-report.ts";
import { preflight, tierName } from "./run.ts";

export interface GradeOptions {
  readonly tier: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly repeat: string;
  readonly seed?: string;
  readonly home?: string;
}

const barWidth = 20;

/** `rebench grade TASK DIR`: scores a folder without an agent; `--repeat` shows the scorer's noise. */
export async function gradeCommand(
  task: string,
  folder: string,
  options: GradeOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const repeat = parseCount(options.repeat);
  const tasks = (await loadTasks([task], tierName(options.tier), packPlaces(home, context))) as [LoadedTask];
  const [loaded] = tasks;
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const { level } = await preflight({ home, tasks, context, ...choice });
  const { scorer } = await compose({ home, packDirectories: [loaded.reference.directory], isolation: level });
  const interruption = listenForInterruption(() => undefined);
  let round = 0;
  const onProgress = (message: string, fraction: number | undefined): void => {
    const done = fraction === undefined ? "" : `${bar(fraction, barWidth)} `;
    context.showProgress(oneLine(`scoring ${round} of ${repeat}  ${done}${message}`, context.columns - 1));
  };
  const seeded = options.seed === undefined ? {} : { seed: options.seed };
  await using grader = await openGrader({ loaded, scorer, signal: interruption.stop, onProgress, ...seeded });
  try {
    const verdicts: Verdict[] = [];
    while (round < repeat && !interruption.stop.aborted) {
      round += 1;
      verdicts.push(await grader.grade(path.resolve(context.workingDirectory, folder), `grade ${round}`));
    }
    context.showProgress("");
    if (interruption.stop.aborted) return exitCodes.interrupted;
    if (context.json !== "none") context.print(gradeObject(verdicts, level));
    else for (const line of gradeText(loaded, verdicts, level)) context.say(line);
    return verdicts.some(({ status }) => status === "failed") ? exitCodes.attemptsFailed : exitCodes.done;
  } finally {
    interruption.dispose();
  }
}
