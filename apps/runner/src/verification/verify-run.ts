import path from "node:path";
import type { LockedPack } from "@rebench/core";
import type { HomeLayout, RunLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import type { StoredRun } from "../host/stored-run.ts";
import type { PackPlaces } from "../packs/find-packs.ts";
import { installPack } from "../packs/install/install-pack.ts";
import { checkStoredRun } from "./check-stored-run.ts";
import { findLockedPack } from "./find-locked-pack.ts";
import { notInstalled, type Problem } from "./problem.ts";
import type { Rescored } from "./rescore-attempt.ts";
import { rescoreRun } from "./rescore-run.ts";

export interface RunVerification {
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly rescored: readonly Rescored[];
}

export interface VerifyRunOptions {
  readonly layout: RunLayout;
  readonly home: HomeLayout;
  readonly places: PackPlaces;
  /** The run lies in this home, rather than in a folder that came from somewhere. */
  readonly ours: boolean;
  /** Folders of packs that a person named. */
  readonly packs: readonly string[];
  /** Null to score nothing again. */
  readonly rescore: { readonly sandbox: string } | null;
  readonly signal: AbortSignal;
  readonly context: CommandContext;
}

/** Checks what is stored of a run, the packs that it was made with, and, where asked for, the scores themselves. */
export async function verifyRun(options: VerifyRunOptions): Promise<RunVerification> {
  const { run, lock, problems } = await checkStoredRun(options.layout);
  const packs = await findPacksOfRun(lock?.packs ?? [], run, options);
  const found = [...problems, ...packs.problems];
  if (options.rescore === null || run === null || found.length > 0)
    return { problems: found, notes: packs.notes, rescored: [] };
  const again = await rescoreRun({ ...options, run, directories: packs.directories, sandbox: options.rescore.sandbox });
  return { ...again, notes: packs.notes };
}

interface PacksOfRun {
  /** By `name@version`. */
  readonly directories: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

async function findPacksOfRun(
  locked: readonly LockedPack[],
  run: StoredRun | null,
  options: VerifyRunOptions,
): Promise<PacksOfRun> {
  const directories = new Map<string, string>();
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const named = options.packs.map((folder) => path.resolve(options.places.workingDirectory, folder));
  for (const pack of locked) {
    const folders = [...named, ...plannedFolders(pack, run, options)];
    const found = await findLockedPack(pack, { places: options.places, folders });
    if (found.kind === "found") directories.set(`${pack.name}@${pack.version}`, found.directory);
    else if (found.kind === "differs") problems.push(...found.differences);
    else if (options.rescore === null) notes.push(notInstalled(pack));
    else {
      const installed = await install(pack, options);
      if (typeof installed === "string") directories.set(`${pack.name}@${pack.version}`, installed);
      else problems.push(...installed);
    }
  }
  return { directories, problems, notes };
}

/** Brings the version that the run was made with: its folder, if its content is the locked one, else what is wrong. */
async function install(pack: LockedPack, { places, context }: VerifyRunOptions): Promise<string | readonly Problem[]> {
  const spec = `${pack.name}@${pack.version}`;
  const onProgress = (message: string): void => context.showProgress(oneLine(message, context.columns - 1));
  try {
    const { directory } = await installPack({ spec, places, onProgress });
    const found = await findLockedPack(pack, { places, folders: [directory] });
    if (found.kind === "found") return found.directory;
    return found.kind === "differs" ? found.differences : [notInstalled(pack)];
  } catch (error) {
    if (!RebenchError.is(error)) throw error;
    const missing = notInstalled(pack);
    return [{ ...missing, message: `${missing.message} (tried: ${error.message})` }];
  }
}

/**
 * Where the pack was when the run was planned. Of results that came from elsewhere it is believed only where it lies apart from
 * them: a pack's code runs here when it scores, and nobody is to be had by results that bring a pack along.
 */
function plannedFolders({ name, version }: LockedPack, run: StoredRun | null, options: VerifyRunOptions): string[] {
  const folders = (run?.attempts ?? []).flatMap(({ state }) => {
    const task = state?.spec.task;
    return task?.pack === name && task.version === version && path.isAbsolute(task.directory) ? [task.directory] : [];
  });
  const around = path.dirname(options.layout.directory);
  return [...new Set(folders)].filter((folder) => options.ours || path.relative(around, folder).startsWith(".."));
}
