import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { PackFile } from "@rebench/core";

/** Not part of what a pack is: what others install, hidden files, and the pack's own tests. */
const leftOut = (relative: string): boolean =>
  path.basename(relative) === "node_modules" ||
  path.basename(relative).startsWith(".") ||
  relative.endsWith(".test.ts");

export interface PackDigestOptions {
  /** The pack runs from its sources, so what a build made of them says nothing. */
  readonly withoutBuild: boolean;
}

/** What a pack is made of, sorted by path. */
export async function packFiles(directory: string, { withoutBuild }: PackDigestOptions): Promise<PackFile[]> {
  const paths = await filesBelow(directory, "");
  const kept = paths.filter((file) => !withoutBuild || !file.startsWith("dist/")).sort();
  const files: PackFile[] = [];
  // One after the other: hidden data can be large.
  for (const relative of kept) {
    const file = path.join(directory, relative);
    const sha256 = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    files.push({ path: relative, sha256, executable: ((await stat(file)).mode & 0o111) !== 0 });
  }
  return files;
}

/** `sha256-` and the hex digest over the sorted paths and digests of a pack's files: changes with any byte of them. */
export async function packDigest(directory: string, options: PackDigestOptions): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await packFiles(directory, options)) hash.update(`${file.sha256}  ${file.path}\n`);
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
