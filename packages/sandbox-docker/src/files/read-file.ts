import { posix } from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { largestPartBytes } from "../control/messages.ts";
import type { FilesDesk } from "./files-desk.ts";
import { rootOf } from "./places.ts";

export const readReplySchema = z.object({ bytes: z.number(), inode: z.number(), links: z.number() });

/** Errors with `sandbox.file-missing`, `sandbox.not-a-file`, `sandbox.file-too-large`, `sandbox.path-outside`. */
export async function readFile(desk: FilesDesk, given: string, maxBytes: number): Promise<Uint8Array> {
  const path = posix.normalize(given);
  rootOf(path);
  const parts: Buffer[] = [];
  try {
    for (let offset = 0; ;) {
      const reply = await desk.request("read", { path, offset, max: Math.min(maxBytes + 1, largestPartBytes) });
      const { bytes } = readReplySchema.parse(reply.header);
      if (bytes > maxBytes) {
        throw new RebenchError({
          code: "sandbox.file-too-large",
          message: `${path} is larger than ${maxBytes} bytes.`,
        });
      }
      parts.push(reply.body);
      offset += reply.body.length;
      if (reply.body.length === 0 || offset >= bytes) return Buffer.concat(parts);
    }
  } catch (error) {
    throw inWords(error, path);
  }
}

function inWords(error: unknown, path: string): unknown {
  if (!RebenchError.is(error)) return error;
  switch (error.code) {
    case "inside.missing":
      return new RebenchError({ code: "sandbox.file-missing", message: `${path} does not exist.`, cause: error });
    case "inside.not-folder":
    case "inside.not-file":
      return new RebenchError({
        code: "sandbox.not-a-file",
        message: `${path} is not a regular file, or there is a link on the way to it.`,
        cause: error,
      });
    default:
      return error;
  }
}
