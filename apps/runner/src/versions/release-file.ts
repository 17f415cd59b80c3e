import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeRelease, parseRelease, type ReleaseRecord } from "@rebench/core";

/** Hidden, so that it is no part of what the pack is, and under version control. */
const fileName = ".released.json";

/** Null for a pack that was never released. Errors with code `pack.bad-release-record`. */
export async function readRelease(directory: string): Promise<ReleaseRecord | null> {
  const file = path.join(directory, fileName);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return null;
  });
  return text === null ? null : parseRelease(text, file);
}

export async function writeRelease(directory: string, record: ReleaseRecord): Promise<void> {
  await writeFile(path.join(directory, fileName), encodeRelease(record));
}
