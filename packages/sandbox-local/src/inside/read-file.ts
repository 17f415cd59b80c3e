import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { RebenchError } from "@rebench/task-kit";
import { enterGuarded } from "./guarded-folder.ts";
import { locate, splitLast } from "./places.ts";
import type { Inside } from "./write-files.ts";

/** Reads a regular file; no link is followed, nothing that could block is opened for long. */
export async function readInside(inside: Inside, path: string, maxBytes: number): Promise<Uint8Array> {
  const place = locate(path, inside.layout, inside.folders);
  const { folder, name } = splitLast(place);
  try {
    const parent = enterGuarded(place.root, folder);
    try {
      const file = await open(
        parent.at(name),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
      );
      try {
        const found = await file.stat();
        if (!found.isFile()) throw notAFile(path);
        if (found.size > maxBytes) throw tooLarge(path, maxBytes);
        const buffer = Buffer.alloc(found.size);
        let filled = 0;
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      } finally {
        await file.close();
      }
    } finally {
      parent.close();
    }
  } catch (error) {
    if (RebenchError.is(error)) throw error;
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT") {
      throw new RebenchError({ code: "sandbox.file-missing", message: `${path} does not exist.`, cause: error });
    }
    throw notAFile(path, error);
  }
}

function notAFile(path: string, cause?: unknown): RebenchError {
  return new RebenchError({
    code: "sandbox.not-a-file",
    message: `${path} is not a regular file, or there is a link on the way to it.`,
    cause,
  });
}

function tooLarge(path: string, maxBytes: number): RebenchError {
  return new RebenchError({ code: "sandbox.file-too-large", message: `${path} is larger than ${maxBytes} bytes.` });
}
