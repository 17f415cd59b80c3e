import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { comparePackFiles, type LockDifference, type LockedPack } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { readPackContent } from "../lock/lock-here.ts";
import { findPacks, type PackPlaces } from "../packs/find-packs.ts";
import { subfolders } from "../packs/subfolders.ts";

export type FoundPack =
  | { readonly kind: "found"; readonly directory: string }
  /** This version is here, with other content. */
  | { readonly kind: "differs"; readonly directory: string; readonly differences: readonly LockDifference[] }
  | { readonly kind: "missing" };

export interface PackSearch {
  readonly places: PackPlaces;
  /** Folders to look into first. They are hints: what is in them counts only if its digest is the locked one. */
  readonly folders: readonly string[];
}

const examples = path.resolve(fileURLToPath(import.meta.url), "../../../../../examples");

/** Finds a pack by name, version and content, wherever it lies on this machine. Runs none of its code. */
export async function findLockedPack(locked: LockedPack, { places, folders }: PackSearch): Promise<FoundPack> {
  let other: FoundPack = { kind: "missing" };
  for (const directory of await candidates(locked, { places, folders })) {
    const found = await compared(locked, directory);
    if (found.kind === "found") return found;
    if (other.kind === "missing") other = found;
  }
  return other;
}

async function candidates({ name, version }: LockedPack, { places, folders }: PackSearch): Promise<string[]> {
  const { workingDirectory, packsFolder } = places;
  const named = await findPacks(places);
  return [
    ...new Set([
      ...folders,
      ...named.filter((pack) => pack.name === name && pack.version === version).map(({ directory }) => directory),
      // The same version may be here twice, say in a checkout and installed.
      ...(await subfolders(path.join(packsFolder, ...name.split("/")))),
      workingDirectory,
      ...(await subfolders(workingDirectory)),
      ...(await subfolders(examples)),
    ]),
  ];
}

async function compared(locked: LockedPack, directory: string): Promise<FoundPack> {
  try {
    const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    if (manifest["name"] !== locked.name || manifest["version"] !== locked.version) return { kind: "missing" };
    const { integrity, files } = await readPackContent(directory);
    const differences = comparePackFiles(locked, { integrity, files });
    return differences.length === 0 ? { kind: "found", directory } : { kind: "differs", directory, differences };
  } catch (error) {
    // A folder that holds no pack, or one that cannot be used.
    if (RebenchError.is(error) || error instanceof SyntaxError || "code" in (error as object))
      return { kind: "missing" };
    throw error;
  }
}
