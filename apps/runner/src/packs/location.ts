import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { ProtectedArchive, ReferenceLocation } from "@rebench/task-kit";
import { unpackArchive } from "./unpack-archive.ts";

export type Location = string | ReferenceLocation | ProtectedArchive;

/** A folder of solutions for as long as it is needed; what was unpacked for it is removed when it is disposed of. */
export interface OpenLocation extends AsyncDisposable {
  /** Absolute path. */
  readonly folder: string;
}

/** Where a folder or an archive of a pack lies, relative to the pack. */
export function pathOfLocation(location: Location): string {
  return typeof location === "string" ? location : location.path;
}

/** The shell line that makes a submission of what lies there; undefined where it is one. */
export function commandOfLocation(location: Location): string | undefined {
  return typeof location === "string" ? undefined : location.command;
}

/** A folder of the pack, or its archive unpacked into a folder that only we can read. Errors with code `pack.bad-archive`. */
export async function openLocation(location: Location, packPath: (relative: string) => string): Promise<OpenLocation> {
  const file = packPath(pathOfLocation(location));
  if (typeof location === "string" || location.kind === "folder")
    return { folder: file, [Symbol.asyncDispose]: () => Promise.resolve() };
  // Created with mode 0700.
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-archive-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await unpackArchive(file, location.password, folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}
