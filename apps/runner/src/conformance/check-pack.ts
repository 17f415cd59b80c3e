import { readFile } from "node:fs/promises";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import type { HomeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { measureAgain } from "../calibration/machine-rates.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { preflight } from "../commands/run.ts";
import { compose } from "../compose.ts";
import type { SandboxChoice } from "../host/choose-sandbox.ts";
import { requireGpus } from "../host/gpus.ts";
import { openGrader } from "../host/grader.ts";
import type { LoadedPack } from "../packs/load-pack.ts";
import { resolveTask } from "../packs/resolve-task.ts";
import { attemptOnce, submissionOf } from "./attempt-once.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";

export interface CheckPackOptions {
  readonly pack: LoadedPack;
  readonly home: HomeLayout;
  readonly choice: SandboxChoice;
  readonly checks: readonly Check[];
  /** Scorings of one submission that the noise is measured with. */
  readonly repeat: number;
  readonly context: CommandContext;
  readonly onResult: (result: CheckResult) => void;
  readonly signal: AbortSignal;
}

interface SkippedTier {
  readonly id: string;
  readonly reason: string;
}

export interface CheckReport {
  readonly checks: readonly CheckResult[];
  /** Tiers that this machine cannot run. */
  readonly skipped: readonly SkippedTier[];
}

/** The conformance list on every task and tier of a pack that this machine can run. A check's id begins with `task.tier`. */
export async function checkPack(options: CheckPackOptions): Promise<CheckReport> {
  const { pack, context, onResult, signal } = options;
  const checks: CheckResult[] = [];
  const skipped: SkippedTier[] = [];
  for (const task of pack.pack.tasks) {
    for (const tier of task.tiers) {
      const loaded = await resolveTask(pack, task.id, tier.name);
      const id = `${task.id}.${tier.name}`;
      const missing = await missingGpus(loaded);
      if (missing !== null) {
        skipped.push({ id, reason: missing });
        context.say(`skip  ${id}  ${terminalSafe(missing)}`);
        continue;
      }
      await using opened = await openTaskContext(options, loaded);
      for (const check of options.checks) {
        signal.throwIfAborted();
        opened.context.onProgress(check.id);
        for (const found of await runCheck(check, opened.context)) {
          const result = { ...found, id: `${id}.${found.id}` };
          checks.push(result);
          context.showProgress("");
          onResult(result);
        }
      }
    }
  }
  return { checks, skipped };
}

/** A check that cannot be carried out has failed; the ones after it may still find something. */
async function runCheck(check: Check, context: CheckContext): Promise<readonly CheckResult[]> {
  try {
    return await check.run(context);
  } catch (error) {
    const fix = (RebenchError.is(error) ? error.fix : undefined) ?? "mend what it names, and check again";
    return [{ id: check.id, ok: false, message: `could not be checked: ${(error as Error).message}`, fix }];
  }
}

type TaskContextOptions = Pick<CheckPackOptions, "pack" | "home" | "choice" | "repeat" | "context" | "signal">;

/** What the checks of one task and tier work with: its sandbox chosen, its grader open. */
export async function openTaskContext(
  { pack, home, choice, repeat, context, signal }: TaskContextOptions,
  loaded: LoadedTask,
): Promise<AsyncDisposable & { readonly context: CheckContext }> {
  const level = await preflight({ home, tasks: [loaded], context, ...choice });
  const { scorer, protectedPaths } = await compose({ home, packDirectories: [pack.directory], isolation: level.level });
  const grader = await openGrader({ loaded, scorer, signal, onProgress: () => undefined });
  const { task, tier } = loaded;
  const onProgress = (message: string): void =>
    context.showProgress(oneLine(`${task.id} ${tier.name}  ${message}`, context.columns - 1));
  return {
    context: {
      loaded,
      canary: pack.pack.canary,
      readme: await readFile(path.join(pack.directory, "README.md"), "utf8").catch(() => ""),
      grader,
      level,
      repeat,
      attempt: (line) => attemptOnce(loaded, level, line, context),
      make: (program) => submissionOf(loaded, level, program, context),
      measureRate: () => measureAgain(loaded, { isolation: level.level, protectedPaths, signal, onProgress }),
      onProgress,
    },
    [Symbol.asyncDispose]: () => grader[Symbol.asyncDispose](),
  };
}

/** Why a tier cannot be checked on this machine; null where it can. */
export async function missingGpus(loaded: LoadedTask): Promise<string | null> {
  try {
    await requireGpus(loaded);
    return null;
  } catch (error) {
    if (!RebenchError.is(error) || error.code !== "sandbox.no-gpu") throw error;
    return error.message;
  }
}
