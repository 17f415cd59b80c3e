import type { LoadedTask, ScorerHost } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { oneLine } from "../cli/terminal-safe.ts";
import { preflight } from "../commands/run.ts";
import { compose } from "../compose.ts";
import { parseSandbox } from "../host/choose-sandbox.ts";
import type { StoredAttempt, StoredRun } from "../host/stored-run.ts";
import { thisMachine } from "../host/this-machine.ts";
import { openPack } from "../packs/open-pack.ts";
import { reloadTask } from "../packs/resolve-task.ts";
import type { Problem } from "./problem.ts";
import { problemOf, rescoreAttempt, type Rescored } from "./rescore-attempt.ts";
import type { VerifyRunOptions } from "./verify-run.ts";

export interface RescoreRunOptions extends Pick<VerifyRunOptions, "home" | "places" | "signal" | "context"> {
  readonly run: StoredRun;
  /** Folders of the packs, by `name@version`. */
  readonly directories: ReadonlyMap<string, string>;
  readonly sandbox: string;
}

interface Rescores {
  readonly problems: readonly Problem[];
  readonly rescored: readonly Rescored[];
}

/** Scores every stored submission that counts again, with the scorer and the seeds that it was scored with. */
export async function rescoreRun(options: RescoreRunOptions): Promise<Rescores> {
  const problems: Problem[] = [];
  const rescored: Rescored[] = [];
  for (const attempt of options.run.attempts) {
    if (options.signal.aborted) break;
    try {
      const again = await rescoreOne(options, attempt);
      rescored.push(...again);
      problems.push(...again.map(problemOf).filter((problem) => problem !== null));
    } catch (error) {
      if (!RebenchError.is(error)) throw error;
      // A tier for hardware that is not here is no reason for doubt; whatever else keeps it from being scored is.
      const code = error.code === "sandbox.no-gpu" ? "hardware.missing" : error.code;
      problems.push({ code, where: attempt.attemptId, message: error.message });
    }
  }
  return { problems, rescored };
}

async function rescoreOne(options: RescoreRunOptions, attempt: StoredAttempt): Promise<Rescored[]> {
  const { home, places, signal, context } = options;
  const spec = attempt.state?.spec;
  if (spec === undefined) return [];
  const directory = options.directories.get(`${spec.task.pack}@${spec.task.version}`);
  if (directory === undefined) return [];
  const loaded = await reloadTask(await openPack(directory, places.packsFolder), { ...spec.task, directory });
  const wanted = parseSandbox(options.sandbox);
  // A time is compared with one that was measured in the same kind of sandbox.
  const sandbox = wanted === "auto" && spec.sandbox === "local" ? "local" : wanted;
  const scorer = await scorerFor(loaded, { home, context, sandbox });
  const onProgress = (message: string): void =>
    context.showProgress(oneLine(`scoring ${attempt.attemptId} again  ${message}`, context.columns - 1));
  return rescoreAttempt({ attempt, loaded, scorer, machine: await thisMachine(), signal, onProgress });
}

async function scorerFor(
  loaded: LoadedTask,
  { home, context, sandbox }: Pick<RescoreRunOptions, "home" | "context"> & { sandbox: "auto" | "docker" | "local" },
): Promise<ScorerHost> {
  const { level } = await preflight({ home, tasks: [loaded], context, sandbox, isolation: null });
  return (await compose({ home, packDirectories: [loaded.reference.directory], isolation: level })).scorer;
}
