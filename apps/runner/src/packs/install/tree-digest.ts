import { createHash } from "node:crypto";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { recordName } from "./install-record.ts";

/**
 * `sha256-` and the hex digest over every file below a folder, its dependencies included, its install record left out: path, content,
 * and whether it may be executed. Links count by where they point.
 */
export async function treeDigest(directory: string): Promise<string> {
  const lines = await linesBelow(directory, "");
  const hash = createHash("sha256");
  for (const line of lines.sort()) hash.update(line);
  return `sha256-${hash.digest("hex")}`;
}

async function linesBelow(root: string, relative: string): Promise<string[]> {
  const entries = await readdir(path.join(root, relative), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const inner = path.posix.join(relative, entry.name);
      if (inner === recordName) return [];
      if (entry.isDirectory()) return linesBelow(root, inner);
      const file = path.join(root, inner);
      if (entry.isSymbolicLink()) return [`link ${await readlink(file)}  ${inner}\n`];
      const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
      const kind = (mode & 0o111) === 0 ? "file" : "program";
      return [`${kind} ${createHash("sha256").update(content).digest("hex")}  ${inner}\n`];
    }),
  );
  return nested.flat();
}
