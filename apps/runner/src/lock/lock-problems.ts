import { comparePackFiles, comparePacks, type LockDifference, type LockedPack, type LockFile } from "@rebench/core";
import { specVersion } from "@rebench/task-kit";
import { openPack } from "../packs/open-pack.ts";
import type { Problem } from "../verification/problem.ts";
import { lockedPack, readPackContent, type PackContent } from "./lock-here.ts";

/** Every difference between a lock and the packs in some folders. A pack whose bytes differ is not loaded. */
export async function lockProblems(
  lock: LockFile,
  directories: readonly string[],
  packsFolder: string,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (lock.spec !== specVersion) {
    const message = `the lock is for version ${lock.spec} of the pack contract, and this host knows ${specVersion}`;
    problems.push({ code: "lock.spec", where: "spec", message });
  }
  for (const directory of new Set(directories)) {
    const content = await readPackContent(directory);
    const locked = lock.packs.find(({ name, version }) => name === content.name && version === content.version);
    problems.push(
      ...(locked === undefined ? [notLocked(lock, content)] : await compareFolder(locked, directory, packsFolder)),
    );
  }
  return problems;
}

/** Bytes first; only where they are the locked ones is what the pack's code defines looked at. */
export async function compareFolder(
  locked: LockedPack,
  directory: string,
  packsFolder: string,
): Promise<LockDifference[]> {
  const differences = comparePackFiles(locked, await readPackContent(directory));
  if (differences.length > 0) return differences;
  return comparePacks(locked, await lockedPack(await openPack(directory, packsFolder)));
}

function notLocked(lock: LockFile, { name, version }: PackContent): Problem {
  const held = lock.packs.filter((locked) => locked.name === name).map((locked) => locked.version);
  const message =
    held.length === 0
      ? `the lock does not hold ${name}`
      : `the lock holds ${name} at ${held.join(", ")}, not ${version}`;
  return { code: "lock.pack", where: `${name}@${version}`, message };
}
