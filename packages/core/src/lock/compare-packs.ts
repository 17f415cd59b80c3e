import { digestFiles, type PackFile } from "./content-digest.ts";
import { tierParts, type LockedFile, type LockedPack } from "./lock-file.ts";

/** One way in which what is here is not what a lock or a stored run holds. */
export interface LockDifference {
  readonly code: "lock.integrity" | "lock.file" | "lock.part" | "lock.tier";
  /** Which pack, and which file or part of which tier. */
  readonly where: string;
  readonly message: string;
}

/** Every difference between a pack's files and what was locked. Needs none of the pack's code; empty when there is none. */
export function comparePackFiles(
  locked: LockedPack,
  here: { readonly integrity: string; readonly files: readonly PackFile[] },
): LockDifference[] {
  const pack = `${locked.name}@${locked.version}`;
  const differences: LockDifference[] = [];
  if (locked.integrity !== here.integrity) {
    const message = `the pack's digest is ${short(here.integrity)}, and ${short(locked.integrity)} in the lock`;
    differences.push({ code: "lock.integrity", where: pack, message });
  }
  const found = new Map(here.files.map((file) => [file.path, file]));
  const changedParts = new Set<string>();
  for (const path of union(locked.files, Object.fromEntries(found))) {
    const [before, now] = [locked.files[path], found.get(path)];
    const message = compareFile(path, before, now);
    if (message === null) continue;
    before?.parts.forEach((part) => changedParts.add(part));
    differences.push({ code: "lock.file", where: `${pack} ${path}`, message });
  }
  for (const part of [...changedParts].sort()) {
    const files = Object.entries(locked.files).filter(([, file]) => file.parts.includes(part));
    const now = digestFiles(files.flatMap(([path]) => found.get(path) ?? []));
    const [key = "", name = ""] = part.split(" ");
    const before = locked.tiers[key]?.[name as keyof LockedPack["tiers"][string]] ?? null;
    differences.push(partDiffers(pack, part, before, now));
  }
  return differences;
}

/** The same for all that follows from the files and from what the pack's code defines. */
export function comparePacks(locked: LockedPack, here: LockedPack): LockDifference[] {
  const pack = `${locked.name}@${locked.version}`;
  const files = Object.entries(here.files).map(([path, { digest, executable }]) => ({
    path,
    sha256: digest.replace(/^sha256-/, ""),
    executable,
  }));
  const differences = comparePackFiles(locked, { integrity: here.integrity, files });
  const told = new Set(differences.map(({ where }) => where));
  for (const key of union(locked.tiers, here.tiers)) {
    const [before, now] = [locked.tiers[key], here.tiers[key]];
    if (before === undefined || now === undefined) {
      const message = before === undefined ? `the lock has no tier ${key}` : `there is no tier ${key} any more`;
      differences.push({ code: "lock.tier", where: `${pack} ${key}`, message });
      continue;
    }
    for (const part of tierParts) {
      const difference = partDiffers(pack, `${key} ${part}`, before[part], now[part]);
      if (before[part] !== now[part] && !told.has(difference.where)) differences.push(difference);
    }
  }
  for (const path of union(locked.files, here.files)) {
    const [before, now] = [locked.files[path]?.parts.join(", "), here.files[path]?.parts.join(", ")];
    const where = `${pack} ${path}`;
    if (before === undefined || now === undefined || before === now || told.has(where)) continue;
    const message = `${path} belongs to ${now || "no tier"}, and to ${before || "no tier"} in the lock`;
    differences.push({ code: "lock.file", where, message });
  }
  return differences;
}

function compareFile(path: string, before: LockedFile | undefined, now: PackFile | undefined): string | null {
  if (before === undefined) return `${path} is not in the lock`;
  const belongs = before.parts.length === 0 ? "" : ` (${before.parts.join(", ")})`;
  if (now === undefined) return `${path} is missing${belongs}`;
  const digest = `sha256-${now.sha256}`;
  if (digest !== before.digest) return `${path} is ${short(digest)}, and ${short(before.digest)} in the lock${belongs}`;
  if (now.executable === before.executable) return null;
  return `${path} is ${now.executable ? "executable" : "not executable"}, unlike in the lock${belongs}`;
}

function partDiffers(pack: string, part: string, before: string | null, now: string | null): LockDifference {
  const [key = "", name = ""] = part.split(" ");
  const message = `${key}: the digest of its ${name} is ${short(now)}, and ${short(before)} in the lock`;
  return { code: "lock.part", where: `${pack} ${part}`, message };
}

const union = (left: object, right: object): string[] =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();

/** Enough of a digest to tell it from another. */
const short = (digest: string | null): string =>
  digest === null ? "absent" : digest.replace(/^(sha256-[0-9a-f]{12})[0-9a-f]*$/, "$1…");
