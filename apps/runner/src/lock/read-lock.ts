import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseLock, type LockFile } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";

export const lockFileName = "rebench.lock.json";

/** Errors with code `lock.not-found` or `lock.unreadable`. */
export async function readLock(file: string): Promise<LockFile> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new RebenchError({
      code: "lock.not-found",
      message: `cannot read ${file}: ${(cause as Error).message}`,
      fix: `\`rebench lock\` writes ${path.basename(file)}`,
      cause,
    });
  }
  return parseLock(text, file);
}
