import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

/** Not part of what a pack is: what others install, hidden files, and the pack's own tests. */
const leftOut = (relative: string): boolean =>
  path.basename(relative) === "node_modules" ||
  path.basename(relative).startsWith(".") ||
  relative.endsWith(".test.ts");

export interface PackDigestOptions {
  /** The pack runs from its sources, so what a build made of them says nothing. */
  readonly withoutBuild: boolean;
}

/** `sha256-` and the hex digest over the sorted paths and digests of a pack's files: changes with any byte of them. */
export async function packDigest(directory: string, { withoutBuild }: PackDigestOptions): Promise<string> {
  const hash = createHash("sha256");
  const files = await filesBelow(directory, "");
  for (const relative of files.filter((file) => !withoutBuild || !file.startsWith("dist/")).sort()) {
    const content = await readFile(path.join(directory, relative));
    hash.update(`${createHash("sha256").update(content).digest("hex")}  ${relative}\n`);
  }
  return `sha256-${hash.digest("hex")}`;
}

async function filesBelow(root: string, relative: string): Promise<string[]> {
  const entries = await readdir(path.join(root, relative), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const inner = path.posix.join(relative, entry.name);
      if (leftOut(inner)) return [];
      return entry.isDirectory() ? filesBelow(root, inner) : [inner];
    }),
  );
  return nested.flat();
}
