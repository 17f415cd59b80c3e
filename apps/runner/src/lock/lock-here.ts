import { readFile } from "node:fs/promises";
import path from "node:path";
import { lockPack, makeLock, type LoadedTask, type LockedPack, type LockFile, type PackFile } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { hostVersion } from "../host/host-version.ts";
import { judgeManifest } from "../packs/judge-manifest.ts";
import { loadPack, type LoadedPack } from "../packs/load-pack.ts";
import { packDigest, packFiles } from "../packs/pack-digest.ts";
import { malformedPack } from "../packs/pack-problem.ts";

/** A pack's bytes, read without running any of its code. */
export interface PackContent {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly files: readonly PackFile[];
}

/** Errors with code `pack.malformed`. */
export async function readPackContent(directory: string): Promise<PackContent> {
  const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  const judged = judgeManifest(directory, manifest["rebench"], hostVersion);
  if (!judged.ok) throw malformedPack(directory, judged.problems);
  const options = { withoutBuild: judged.fromSource };
  return {
    name: String(manifest["name"]),
    version: String(manifest["version"]),
    integrity: await packDigest(directory, options),
    files: await packFiles(directory, options),
  };
}

/** A loaded pack as a lock holds it. Errors with code `pack.changed` when it was changed since it was loaded. */
export async function lockedPack({ directory, digest, pack }: LoadedPack): Promise<LockedPack> {
  const content = await readPackContent(directory);
  if (content.integrity !== digest) {
    throw new RebenchError({
      code: "pack.changed",
      message: `the pack in ${directory} was changed while it was loaded`,
      fix: "run the command again",
    });
  }
  return lockPack({ ...content, pack });
}

/** The lock that a run of these tasks is stored with. */
export async function lockOfTasks(tasks: readonly LoadedTask[]): Promise<LockFile> {
  const directories = new Set(tasks.map(({ reference }) => reference.directory));
  const packs: LockedPack[] = [];
  for (const directory of directories) packs.push(await lockedPack(await loadPack(directory, hostVersion)));
  return makeLock(packs);
}
