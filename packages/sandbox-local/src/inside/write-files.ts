import { randomBytes } from "node:crypto";
import { constants, fchmodSync, fchownSync, openSync, closeSync, renameSync, rmSync, writeSync } from "node:fs";
import { copyFile, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { FileToWrite, SandboxLayout, SandboxUser } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { owner, type SandboxFolders } from "../folders.ts";
import type { Identity } from "../identity.ts";
import { enterGuarded, type GuardedFolder } from "./guarded-folder.ts";
import { locate, splitLast } from "./places.ts";

export interface Inside {
  readonly layout: SandboxLayout;
  readonly folders: SandboxFolders;
  readonly identity: Identity;
}

type Owner = readonly [number, number] | null;

/** Writes a file next to its place and moves it there: a link or a second name that waits there is replaced, not followed. */
export function writeInside(inside: Inside, file: FileToWrite): void {
  const place = locate(file.path, inside.layout, inside.folders);
  const { folder, name } = splitLast(place);
  const ids = owner(inside.identity, file.owner);
  const parent = enterGuarded(place.root, folder, { mode: 0o755, owner: ids });
  try {
    replace(parent, name, file.mode, ids, (path) => {
      const descriptor = openSync(path, "wx", 0o600);
      try {
        const bytes = typeof file.content === "string" ? Buffer.from(file.content) : file.content;
        for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
      } finally {
        closeSync(descriptor);
      }
    });
  } finally {
    parent.close();
  }
}

/** Copies a file or a folder of the host. */
export async function copyInside(
  inside: Inside,
  hostPath: string,
  insidePath: string,
  user: SandboxUser,
): Promise<void> {
  const place = locate(insidePath, inside.layout, inside.folders);
  await copyEntry(hostPath, place.root, place.parts, owner(inside.identity, user));
}

async function copyEntry(from: string, root: string, parts: readonly string[], ids: Owner): Promise<void> {
  const found = await lstat(from);
  if (found.isDirectory()) {
    enterGuarded(root, parts, { mode: 0o755, owner: ids }).close();
    for (const name of await readdir(from)) await copyEntry(join(from, name), root, [...parts, name], ids);
    return;
  }
  if (!found.isFile()) {
    throw new RebenchError({
      code: "sandbox.not-a-file",
      message: `${from} is neither a regular file nor a folder.`,
      fix: "Replace links by what they point at.",
    });
  }
  const name = parts.at(-1) ?? "";
  const parent = enterGuarded(root, parts.slice(0, -1), { mode: 0o755, owner: ids });
  try {
    const partial = partialName();
    const path = parent.at(partial) as string;
    await copyFile(from, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    settle(parent, partial, name, (found.mode & 0o777) | 0o600, ids);
  } finally {
    parent.close();
  }
}

function replace(parent: GuardedFolder, name: string, mode: number, ids: Owner, write: (path: string) => void): void {
  const partial = partialName();
  try {
    write(parent.at(partial) as string);
    settle(parent, partial, name, mode, ids);
  } catch (error) {
    rmSync(parent.at(partial), { force: true });
    throw error;
  }
}

function settle(parent: GuardedFolder, partial: string, name: string, mode: number, ids: Owner): void {
  const descriptor = openSync(parent.at(partial), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (ids !== null) fchownSync(descriptor, ...ids);
    fchmodSync(descriptor, mode);
  } finally {
    closeSync(descriptor);
  }
  renameSync(parent.at(partial), parent.at(name));
}

function partialName(): string {
  return `.rebench-${randomBytes(6).toString("hex")}`;
}
