import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { hostVersion } from "../host/host-version.ts";
import { checkInstalled } from "./install/check-installed.ts";
import { linkTaskKit } from "./install/link-task-kit.ts";
import { importPack, judgePackFolder, type JudgedPack, type LoadedPack } from "./load-pack.ts";
import { malformedPack } from "./pack-problem.ts";
import { tryLoading } from "./try-loading.ts";

/**
 * Opens a pack for use: an installed one must still hold the bytes that were installed; and code that this home has not seen loading
 * yet is loaded in a process of its own first. Errors with code `pack.malformed` and every problem found.
 */
export async function openPack(directory: string, packsFolder: string): Promise<LoadedPack> {
  if (!path.relative(packsFolder, directory).startsWith("..")) {
    await checkInstalled(directory);
    await linkTaskKit(packsFolder);
  }
  const judged = await judgePackFolder(directory, hostVersion);
  const seen = path.join(packsFolder, ".seen-loading", keyOf(judged));
  if (!existsSync(seen)) {
    const problems = await tryLoading(judged);
    if (problems.length > 0) throw malformedPack(directory, problems);
    await remember(seen);
  }
  return importPack(judged);
}

/** The same code can load under one version of the host or of Node and not under another. */
function keyOf({ digest, directory, entry }: JudgedPack): string {
  const parts = [digest, path.relative(directory, entry), hostVersion, process.version];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}

/** Costs a process the next time where it cannot be written. */
async function remember(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, "");
  } catch {
    return;
  }
}
