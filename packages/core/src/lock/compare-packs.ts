import { tierParts, type LockedPack } from "./lock-file.ts";

/** One way in which what is here is not what a lock or a stored run holds. */
export interface LockDifference {
  readonly code: "lock.integrity" | "lock.file" | "lock.part" | "lock.tier";
  /** Which pack, and which file or part of which tier. */
  readonly where: string;
  readonly message: string;
}

/** Every difference between a pack as it was locked and as it is here; empty when there is none. */
export function comparePacks(locked: LockedPack, here: LockedPack): LockDifference[] {
  const pack = `${locked.name}@${locked.version}`;
  const differences = [...comparePackFiles(locked, here)];
  for (const key of union(locked.tiers, here.tiers)) {
    const [before, now] = [locked.tiers[key], here.tiers[key]];
    if (before === undefined || now === undefined) {
      const message = before === undefined ? `the lock has no tier ${key}` : `there is no tier ${key} any more`;
      differences.push({ code: "lock.tier", where: `${pack} ${key}`, message });
      continue;
    }
    for (const part of tierParts) {
      if (before[part] === now[part]) continue;
      const message = `the ${part} of ${key} is ${short(now[part])}, and ${short(before[part])} in the lock`;
      differences.push({ code: "lock.part", where: `${pack} ${key} ${part}`, message });
    }
  }
  return differences;
}

/** The same for the files alone: needs none of the pack's code. */
export function comparePackFiles(locked: LockedPack, here: Pick<LockedPack, "integrity" | "files">): LockDifference[] {
  const pack = `${locked.name}@${locked.version}`;
  const differences: LockDifference[] = [];
  if (locked.integrity !== here.integrity) {
    const message = `the pack's digest is ${short(here.integrity)}, and ${short(locked.integrity)} in the lock`;
    differences.push({ code: "lock.integrity", where: pack, message });
  }
  for (const path of union(locked.files, here.files)) {
    const [before, now] = [locked.files[path], here.files[path]];
    if (before === now) continue;
    const message =
      before === undefined
        ? `${path} is not in the lock`
        : now === undefined
          ? `${path} is missing`
          : `${path} is ${short(now)}, and ${short(before)} in the lock`;
    differences.push({ code: "lock.file", where: `${pack} ${path}`, message });
  }
  return differences;
}

const union = (left: object, right: object): string[] =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();

/** Enough of a digest to tell it from another, and whether a file is executable. */
function short(digest: string | null): string {
  if (digest === null) return "absent";
  return digest.replace(/^(sha256-[0-9a-f]{12})[0-9a-f]*/, "$1…");
}
