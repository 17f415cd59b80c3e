import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";

export interface PackFile {
  /** Relative to the folder that was asked for; the file's own name where a file was. */
  readonly relative: string;
  readonly content: Buffer;
}

/** The file itself, or every file below a folder; nothing where neither is there. */
export async function filesBelow(target: string): Promise<PackFile[]> {
  try {
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    return await Promise.all(
      files.sort().map(async (file) => ({ relative: path.relative(target, file), content: await readFile(file) })),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return [{ relative: path.basename(target), content: await readFile(target) }];
    if (code === "ENOENT") return [];
    throw error;
  }
}

/** Every file that the agent is handed. */
export async function givenFiles({ tier, packPath }: LoadedTask): Promise<PackFile[]> {
  const roots = [tier.instructions, tier.start, ...(tier.background === undefined ? [] : [tier.background])];
  return (await Promise.all(roots.map((root) => filesBelow(packPath(root))))).flat();
}
