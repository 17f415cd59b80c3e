import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Replaces a file so that a reader, also after a crash, sees the old content or the new. */
async function writeFileAtomic(path: string, content: string): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(partial, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value)}\n`);
}
