import { closeSync, constants, fchmodSync, fchownSync, mkdirSync, openSync } from "node:fs";

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** An open folder in a place where an agent may swap names at any time. Paths through it cannot be led elsewhere. */
export interface GuardedFolder {
  /** Path of an entry, for calls that do not follow a link in the last part. */
  at(name: string | Buffer): string | Buffer;
  /** Path of the folder itself. */
  readonly path: string;
  readonly descriptor: number;
  close(): void;
}

export function openGuarded(path: string): GuardedFolder {
  const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  // The kernel resolves this to the folder that is open, whatever its name points at by now. Elsewhere the name must do.
  const own = process.platform === "linux" ? `/proc/self/fd/${descriptor}` : path;
  return {
    path: own,
    descriptor,
    at: (name) => (typeof name === "string" ? `${own}/${name}` : Buffer.concat([Buffer.from(`${own}/`), name])),
    close: () => closeSync(descriptor),
  };
}

export interface NewFolder {
  readonly mode: number;
  /** User and group; null for our own. */
  readonly owner: readonly [number, number] | null;
}

/**
 * Enters a folder below `root` part by part. A link on the way, or anything but a folder, is an error of the file system's
 * kind (`ELOOP`, `ENOTDIR`); what is missing is made as `create` says, or an error.
 */
export function enterGuarded(root: string, parts: readonly string[], create: NewFolder | null = null): GuardedFolder {
  let folder = openGuarded(root);
  for (const part of parts) {
    const next = folder.at(part) as string;
    let made = false;
    try {
      if (create !== null) made = makeFolder(next);
      const inner = openGuarded(next);
      folder.close();
      folder = inner;
      if (made && create !== null) {
        fchmodSync(folder.descriptor, create.mode);
        if (create.owner !== null) fchownSync(folder.descriptor, ...create.owner);
      }
    } catch (error) {
      folder.close();
      throw error;
    }
  }
  return folder;
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
