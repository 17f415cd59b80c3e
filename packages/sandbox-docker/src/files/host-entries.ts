import type { Stats } from "node:fs";
import { constants, lstat, open, readdir } from "node:fs/promises";
import { posix, join } from "node:path";
import type { FileToWrite } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";

/** A folder or file on its way into a sandbox. */
export type IncomingEntry =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mode: number;
      readonly bytes: number;
      content(): AsyncIterable<Uint8Array>;
    };

const chunkBytes = 1 << 20;

export function givenFile(file: FileToWrite): IncomingEntry {
  const content = typeof file.content === "string" ? Buffer.from(file.content) : file.content;
  return {
    kind: "file",
    path: posix.normalize(file.path),
    mode: file.mode,
    bytes: content.length,
    content: async function* () {
      for (let done = 0; done < content.length; done += chunkBytes) yield content.subarray(done, done + chunkBytes);
    },
  };
}

/** A host file or folder, folders before what is in them. Errors with `sandbox.not-a-file` at a link or anything special. */
export async function* hostEntries(hostPath: string, insidePath: string): AsyncGenerator<IncomingEntry> {
  const found = await lstat(hostPath);
  const path = posix.normalize(insidePath);
  if (found.isDirectory()) {
    yield { kind: "folder", path };
    for (const name of await readdir(hostPath)) yield* hostEntries(join(hostPath, name), `${path}/${name}`);
  } else if (found.isFile()) {
    yield {
      kind: "file",
      path,
      mode: (found.mode & 0o777) | 0o600,
      bytes: found.size,
      content: () => contentOf(hostPath, found),
    };
  } else {
    throw new RebenchError({
      code: "sandbox.not-a-file",
      message: `${hostPath} is a link or something special, neither a regular file nor a folder.`,
      fix: "Replace links by what they point at.",
    });
  }
}

async function* contentOf(path: string, found: Stats): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let done = 0; done < found.size;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, found.size - done)), 0);
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was copied.`);
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
