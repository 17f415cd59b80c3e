import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { deriveSeed, verdict, type LevelProbe, type LoadedTask, type ScorerHost } from "@rebench/core";
import { captureSubmission } from "@rebench/sandbox-local";
import type { CapturedSubmission } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { parseCount } from "../cli/number-option.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { compose } from "../compose.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { sandboxKind } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { loadTasks } from "../packs/load-tasks.ts";
import { bar } from "../reporting/bar.ts";
import { gradeObject, gradeText, type Verdict } from "../reporting/grade-report.ts";
import { preflight, tierName } from "./run.ts";

export interface GradeOptions {
  readonly tier: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly repeat: string;
  readonly seed?: string;
  readonly home?: string;
}

/** `rebench grade TASK DIR`: scores a folder without an agent; `--repeat` shows the scorer's noise. */
export async function gradeCommand(
  task: string,
  folder: string,
  options: GradeOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  sandboxKind(options.sandbox);
  const repeat = parseCount(options.repeat);
  const [loaded] = (await loadTasks([task], tierName(options.tier), context.workingDirectory)) as [LoadedTask];
  const level = await preflight(home, [loaded], options.isolation);
  const scratch = await mkdtemp(path.join(os.tmpdir(), "rebench-grade-"));
  const interruption = listenForInterruption(() => undefined);
  try {
    const source = path.resolve(context.workingDirectory, folder);
    const captured = await captureSubmission(source, loaded.task.submission, path.join(scratch, "submission"));
    const verdicts: Verdict[] = [];
    if (captured.status === "invalid") verdicts.push({ status: "invalid", reason: captured.reason });
    else {
      const grader = openGrader({
        loaded,
        level,
        scorer: scorerFor(options, loaded, level),
        scratch,
        signal: interruption.stop,
        context,
      });
      const seed = options.seed ?? randomBytes(16).toString("hex");
      for (let round = 0; round < repeat && !interruption.stop.aborted; round += 1) {
        verdicts.push(
          await grader(captured.submission, deriveSeed(seed, `grade ${round}`), `${round + 1} of ${repeat}`),
        );
      }
    }
    context.showProgress("");
    if (interruption.stop.aborted) return exitCodes.interrupted;
    if (context.json !== "none") context.print(gradeObject(verdicts, level.level));
    else for (const line of gradeText(loaded, verdicts, level.level)) context.say(line);
    return verdicts.some(({ status }) => status === "failed") ? exitCodes.attemptsFailed : exitCodes.done;
  } finally {
    interruption.dispose();
    await rm(scratch, { recursive: true, force: true });
  }
}

function scorerFor(options: GradeOptions, loaded: LoadedTask, level: LevelProbe): ScorerHost {
  return compose({
    home: openHomeToWrite(options.home),
    packDirectories: [loaded.reference.directory],
    isolation: level.level,
  }).scorer;
}

interface GraderOptions {
  readonly loaded: LoadedTask;
  readonly level: LevelProbe;
  readonly scorer: ScorerHost;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly context: CommandContext;
}

function openGrader({ loaded, scorer, scratch, signal, context }: GraderOptions) {
  return async (submission: CapturedSubmission, seed: string, which: string): Promise<Verdict> => {
    const directory = path.join(scratch, `scoring-${seed.slice(0, 8)}`);
    await mkdir(directory, { mode: 0o700 });
    const outcome = await scorer.score(
      {
        task: loaded.reference,
        purpose: "grade",
        seed,
        submission,
        directory,
        labels: { run: "grade", attempt: `grade-${process.pid}` },
      },
      {
        signal,
        onProgress: (message, fraction) =>
          context.showProgress(
            oneLine(
              `scoring ${which}  ${fraction === undefined ? "" : bar(fraction, 20)} ${message}`,
              context.columns - 1,
            ),
          ),
        onQueue: (waiting) =>
          context.showProgress(waiting ? `scoring ${which}: waiting for another scoring of a time` : ""),
      },
    );
    return verdict(outcome, loaded, "attempt");
  };
}
