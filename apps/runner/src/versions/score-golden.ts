import type { GoldenScore, LoadedTask } from "@rebench/core";
import type { HomeLayout } from "@rebench/core/home";
import { oneLine } from "../cli/terminal-safe.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { preflight } from "../commands/run.ts";
import { compose } from "../compose.ts";
import type { SandboxChoice } from "../host/choose-sandbox.ts";
import { openGrader } from "../host/grader.ts";
import type { LoadedPack } from "../packs/load-pack.ts";
import { resolveTask } from "../packs/resolve-task.ts";
import { goldenScores, goldenSeed } from "./golden-scores.ts";

export interface ScoreGoldenOptions {
  readonly pack: LoadedPack;
  readonly home: HomeLayout;
  readonly choice: SandboxChoice;
  readonly context: CommandContext;
  readonly signal: AbortSignal;
}

/** The golden submissions of one tier, scored here. Errors where this machine cannot run the tier. */
export async function scoreGolden(
  tierKey: string,
  { pack, home, choice, context, signal }: ScoreGoldenOptions,
): Promise<{ readonly loaded: LoadedTask; readonly scores: Readonly<Record<string, GoldenScore>> }> {
  const [taskId = "", tier] = tierKey.split("/");
  const loaded = await resolveTask(pack, taskId, tier === "full" ? "full" : "mini");
  const { level } = await preflight({ home, tasks: [loaded], context, ...choice });
  const { scorer } = await compose({ home, packDirectories: [pack.directory], isolation: level });
  const onProgress = (message: string): void =>
    context.showProgress(oneLine(`${tierKey}  ${message}`, context.columns - 1));
  await using grader = await openGrader({ loaded, scorer, seed: goldenSeed, signal, onProgress: () => undefined });
  return { loaded, scores: await goldenScores(loaded, grader, onProgress) };
}

/** Which golden submissions do not score as they did; empty where all do. */
export function goldenDifferences(
  loaded: LoadedTask,
  released: Readonly<Record<string, GoldenScore>>,
  now: Readonly<Record<string, GoldenScore>>,
): string[] {
  const { anchors, noise } = loaded.tier;
  // Three standard deviations of the difference between two scorings; a score that is not timed is the same exactly.
  const tolerance = anchors.kind === "measured" ? 3 * Math.SQRT2 * noise : 0;
  const names = [...new Set([...Object.keys(released), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [released[name], now[name]];
    if (before === undefined || after === undefined) return [`${name} is in one of the two versions only`];
    if (before.status !== "valid" || after.status !== "valid")
      return before.status === after.status ? [] : [`${name} was ${before.status} and is ${after.status}`];
    const same =
      tolerance > 0
        ? Math.abs(before.normalized - after.normalized) <= tolerance
        : before.raw === after.raw && before.normalized === after.normalized;
    return same
      ? []
      : [`${name} scored ${before.normalized} (raw ${before.raw}), and now ${after.normalized} (raw ${after.raw})`];
  });
}
