import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { TaskPack } from "@rebench/task-kit";
import { judgeManifest } from "./judge-manifest.ts";
import { judgePack } from "./judge-pack.ts";
import { packDigest } from "./pack-digest.ts";
import { malformedPack } from "./pack-problem.ts";

/** A judged pack with its code in memory. */
export interface LoadedPack {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly digest: string;
  readonly pack: TaskPack;
}

const loadSeconds = 20;

/** Judges and loads the pack in a folder. Errors with code `pack.malformed` and every problem found. */
export async function loadPack(directory: string, hostVersion: string): Promise<LoadedPack> {
  const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  const judged = judgeManifest(directory, manifest["rebench"], hostVersion);
  if (!judged.ok) throw malformedPack(directory, judged.problems);
  const exported = await importEntry(directory, judged.entry);
  const problems = judgePack(directory, exported);
  if (problems.length > 0) throw malformedPack(directory, problems);
  return {
    name: String(manifest["name"]),
    version: String(manifest["version"]),
    directory,
    digest: await packDigest(directory, { withoutBuild: judged.fromSource }),
    pack: exported as TaskPack,
  };
}

async function importEntry(directory: string, entry: string): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it did not finish loading within ${loadSeconds} s`)),
      loadSeconds * 1000,
    );
  });
  try {
    const module = (await Promise.race([import(pathToFileURL(entry).href), timeout])) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = `${path.relative(directory, entry)} could not be loaded: ${(error as Error).message}`;
    throw malformedPack(directory, [{ code: "pack.load-failed", reason, fix: "run the pack's own tests" }], error);
  } finally {
    clearTimeout(timer);
  }
}
