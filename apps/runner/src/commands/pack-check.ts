import type { LoadedTask } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { parseCount } from "../cli/number-option.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { compose } from "../compose.ts";
import { attemptOnce } from "../conformance/attempt-once.ts";
import type { CheckContext, CheckResult } from "../conformance/check.ts";
import { conformanceChecks } from "../conformance/checks.ts";
import { parseLevel, parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { requireGpus } from "../host/gpus.ts";
import { openGrader } from "../host/grader.ts";
import { hostVersion } from "../host/host-version.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { findPack } from "../packs/find-packs.ts";
import { loadPack } from "../packs/load-pack.ts";
import { resolveTask } from "../packs/resolve-task.ts";
import { parseTaskName } from "../packs/task-name.ts";
import { preflight } from "./run.ts";

export interface PackCheckOptions {
  readonly home?: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly repeat: string;
  readonly only?: readonly string[];
}

/** `rebench pack check PACK`: the conformance list on every task and tier that the pack can run. */
export async function packCheckCommand(
  name: string,
  options: PackCheckOptions,
  context: CommandContext,
): Promise<number> {
  const chosen = chooseChecks(options.only);
  const repeat = parseCount(options.repeat);
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const home = openHomeToWrite(options.home);
  const folder = await findPack(parseTaskName(name), context.workingDirectory);
  const pack = await loadPack(folder.directory, hostVersion);
  const interruption = listenForInterruption(() => undefined);
  const checks: CheckResult[] = [];
  const skipped: { id: string; reason: string }[] = [];
  try {
    for (const task of pack.pack.tasks) {
      for (const tier of task.tiers) {
        const loaded = await resolveTask(pack, task.id, tier.name);
        const missing = await missingGpus(loaded);
        if (missing !== null) {
          skipped.push({ id: `${task.id}.${tier.name}`, reason: missing });
          context.say(`skip  ${task.id}.${tier.name}  ${terminalSafe(missing)}`);
          continue;
        }
        const level = await preflight({ home, tasks: [loaded], context, ...choice });
        const { scorer } = await compose({ home, packDirectories: [pack.directory], isolation: level.level });
        const onProgress = (message: string): void =>
          context.showProgress(oneLine(`${task.id} ${tier.name}  ${message}`, context.columns - 1));
        await using grader = await openGrader({
          loaded,
          scorer,
          signal: interruption.stop,
          onProgress: () => undefined,
        });
        const attempt = (line: string) => attemptOnce(loaded, level, line, context);
        const checkContext: CheckContext = {
          loaded,
          canary: pack.pack.canary,
          grader,
          level,
          repeat,
          attempt,
          onProgress,
        };
        for (const check of chosen) {
          if (interruption.stop.aborted) return exitCodes.interrupted;
          onProgress(check.id);
          for (const result of await check.run(checkContext))
            checks.push(tell({ ...result, id: `${task.id}.${tier.name}.${result.id}` }, context));
        }
      }
    }
  } finally {
    interruption.dispose();
  }
  const ok = checks.every((check) => check.ok);
  if (context.json !== "none") context.print({ ok, checks, skipped });
  else
    context.say(
      ok
        ? `\n${checks.length} checks passed${skipped.length === 0 ? "" : `, ${skipped.length} tiers skipped`}`
        : `\n${checks.filter((check) => !check.ok).length} of ${checks.length} checks failed`,
    );
  return ok ? exitCodes.done : exitCodes.checkFailed;
}

/** Why a tier cannot be checked on this machine; null where it can. */
async function missingGpus(loaded: LoadedTask): Promise<string | null> {
  try {
    await requireGpus(loaded);
    return null;
  } catch (error) {
    if (!RebenchError.is(error) || error.code !== "sandbox.no-gpu") throw error;
    return error.message;
  }
}

function chooseChecks(only: readonly string[] | undefined): typeof conformanceChecks {
  if (only === undefined) return conformanceChecks;
  const known = conformanceChecks.map(({ id }) => id);
  const unknown = only.find((id) => !known.includes(id));
  if (unknown === undefined) return conformanceChecks.filter(({ id }) => only.includes(id));
  throw new RebenchError({
    code: "usage.check",
    message: `there is no check ${JSON.stringify(unknown)}`,
    fix: `checks: ${known.join(", ")}`,
  });
}

function tell(result: CheckResult, { say, style }: CommandContext): CheckResult {
  say(
    `${result.ok ? style.good("ok  ") : style.bad("FAIL")}  ${terminalSafe(result.id)}  ${style.dim(oneLine(result.message, 400))}`,
  );
  return result;
}
