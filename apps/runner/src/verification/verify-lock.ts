import { compareFolder } from "../lock/lock-problems.ts";
import { readLock } from "../lock/read-lock.ts";
import type { PackPlaces } from "../packs/find-packs.ts";
import { findLockedPack } from "./find-locked-pack.ts";
import { notInstalled, type Problem } from "./problem.ts";
import type { RunVerification } from "./verify-run.ts";

/** Compares the packs that are here with a lock file. Errors with code `lock.not-found` or `lock.unreadable`. */
export async function verifyLock(file: string, places: PackPlaces): Promise<RunVerification> {
  const lock = await readLock(file);
  const problems: Problem[] = [];
  for (const locked of lock.packs) {
    const found = await findLockedPack(locked, { places, folders: [] });
    if (found.kind === "missing") problems.push(notInstalled(locked));
    else problems.push(...(await compareFolder(locked, found.directory, places.packsFolder)));
  }
  return { problems, notes: [], rescored: [] };
}
