import path from "node:path";
import type { LockFile } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import semver from "semver";
import { findPack, type PackPlaces } from "../packs/find-packs.ts";
import { parseTaskName } from "../packs/task-name.ts";
import type { Problem } from "../verification/problem.ts";
import { lockProblems } from "./lock-problems.ts";
import { lockFileName, readLock } from "./read-lock.ts";

/** `content` holds a run to `rebench.lock.json`; `strict` also to what the last run of the same content was carried out with. */
export type LockedMode = "content" | "strict";

/** Errors with code `usage.locked`. */
export function parseLockedMode(text: string | undefined): LockedMode | null {
  if (text === undefined || text === "content" || text === "strict") return text ?? null;
  throw new RebenchError({
    code: "usage.locked",
    message: `there is no --locked=${text}`,
    fix: "write --locked or --locked=strict",
  });
}

/** The lock in the working folder. Errors with code `lock.not-found` or `lock.unreadable`. */
export const lockBeside = (workingDirectory: string): Promise<LockFile> =>
  readLock(path.join(workingDirectory, lockFileName));

/** A pack that is named without a version is meant at the version that the lock holds, whatever else is here. */
export function lockedNames(names: readonly string[], lock: LockFile): string[] {
  return names.map((text) => {
    const name = parseTaskName(text);
    if (name.pack === null || name.version !== null) return text;
    const versions = lock.packs.filter((pack) => pack.name === name.pack).map(({ version }) => version);
    const [newest] = versions.sort((left, right) => semver.rcompare(left, right, { loose: true }));
    return newest === undefined ? text : `${text}@${newest}`;
  });
}

/** Every difference between a lock and the packs of tasks that are to be run; nothing of a pack that differs is loaded. */
export async function lockedTaskProblems(
  names: readonly string[],
  lock: LockFile,
  places: PackPlaces,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const directories: string[] = [];
  for (const text of names) {
    const name = parseTaskName(text);
    try {
      directories.push((await findPack(name, places)).directory);
    } catch (error) {
      if (!RebenchError.is(error) || !lock.packs.some((pack) => pack.name === name.pack)) throw error;
      problems.push({ code: "lock.pack", where: text, message: `${error.message}; ${error.fix ?? ""}` });
    }
  }
  return [...problems, ...(await lockProblems(lock, directories, places.packsFolder))];
}
