import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { TaskPack } from "@rebench/task-kit";
import { offerTaskKit } from "./host-task-kit.ts";
import { judgeManifest } from "./judge-manifest.ts";
import { judgePack } from "./judge-pack.ts";
import { packDigest } from "./pack-digest.ts";
import { malformedPack } from "./pack-problem.ts";

/** What can be known of a pack without running its code: its manifest was judged, its files were read. */
export interface JudgedPack {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly digest: string;
  /** Absolute path of the module to load. */
  readonly entry: string;
}

/** A judged pack with its code in memory. */
export interface LoadedPack extends Omit<JudgedPack, "entry"> {
  readonly pack: TaskPack;
}

/** Runs none of the pack's code. Errors with code `pack.malformed` and every problem found. */
export async function judgePackFolder(directory: string, hostVersion: string): Promise<JudgedPack> {
  const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  const judged = judgeManifest(directory, manifest["rebench"], hostVersion);
  if (!judged.ok) throw malformedPack(directory, judged.problems);
  return {
    name: String(manifest["name"]),
    version: String(manifest["version"]),
    directory,
    digest: await packDigest(directory, { withoutBuild: judged.fromSource }),
    entry: judged.entry,
  };
}

/** Loads a judged pack into this process, which it can take down: `openPack` tries it elsewhere first. Errors as {@link loadPack}. */
export async function importPack({ entry, ...judged }: JudgedPack): Promise<LoadedPack> {
  const { directory } = judged;
  const exported = await importEntry(directory, entry);
  const problems = judgePack(directory, exported);
  if (problems.length > 0) throw malformedPack(directory, problems);
  return { ...judged, pack: exported as TaskPack };
}

/** Judges and loads the pack in a folder. Errors with code `pack.malformed` and every problem found. */
export async function loadPack(directory: string, hostVersion: string): Promise<LoadedPack> {
  return importPack(await judgePackFolder(directory, hostVersion));
}

async function importEntry(directory: string, entry: string): Promise<unknown> {
  offerTaskKit();
  try {
    return ((await import(pathToFileURL(entry).href)) as { default?: unknown }).default;
  } catch (error) {
    const reason = `${path.relative(directory, entry)} could not be loaded: ${(error as Error).message}`;
    throw malformedPack(directory, [{ code: "pack.load-failed", reason, fix: "run the pack's own tests" }], error);
  }
}
