import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RebenchError } from "@rebench/task-kit";

/** Where local sandboxes of one user of this machine keep what is not in their own `directory`. */
export interface BaseFolder {
  readonly path: string;
  /** Roots of sandboxes. */
  readonly sandboxes: string;
  /** Sockets to supervisors; short, since a socket's path holds about a hundred bytes. */
  readonly control: string;
  /** One file per sandbox: what there is to remove. */
  readonly records: string;
  readonly leases: string;
  /** Compiled code of supervisors, and a copy of Node for users who cannot read ours. */
  readonly cache: string;
}

function defaultBasePath(): string {
  const parent = process.platform === "linux" ? "/var/tmp" : tmpdir();
  return join(parent, `rebench-${process.getuid?.() ?? 0}`);
}

/** A scope's own base; the default one where there is no scope. */
export function basePathOf(scope: string | undefined): string {
  return scope === undefined ? defaultBasePath() : `${defaultBasePath()}-${scope}`;
}

export function openBaseFolder(path: string): BaseFolder {
  // Users are the machine's, so whoever leases them must look in one place.
  const shared = path === defaultBasePath() ? null : openBaseFolder(defaultBasePath());
  // Agents of other users pass through it to their own sandbox, and see nothing else.
  makeOwnFolder(path, 0o711);
  const part = (name: string, mode: number): string => {
    const folder = join(path, name);
    makeOwnFolder(folder, mode);
    return folder;
  };
  return {
    path,
    sandboxes: part("sandboxes", 0o711),
    control: part("control", 0o700),
    records: part("records", 0o700),
    leases: shared?.leases ?? part("leases", 0o700),
    cache: shared?.cache ?? part("cache", 0o711),
  };
}

// Its parent is open to everyone, so someone else may have made it first.
function makeOwnFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw new RebenchError({
    code: "sandbox.folder-not-ours",
    message: `${path} is not a folder that belongs to you alone.`,
    fix: `Remove it, or ask whoever made it to.`,
  });
}
