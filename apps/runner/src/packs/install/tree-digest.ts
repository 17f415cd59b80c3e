import { createHash } from "node:crypto";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { recordName } from "./install-record.ts";

/** Files that are read at the same time: enough to keep the disk busy, few enough for the memory. */
const together = 16;

interface Entry {
  /** Relative to the folder, POSIX separators. */
  readonly name: string;
  readonly isLink: boolean;
}

/**
 * `sha256-` and the hex digest over every file below a folder, its dependencies included, its install record left out: path, content,
 * and whether it may be executed. Links count by where they point.
 */
export async function treeDigest(directory: string): Promise<string> {
  const entries = (await entriesBelow(directory, "")).sort((left, right) => (left.name < right.name ? -1 : 1));
  const hash = createHash("sha256");
  for (let next = 0; next < entries.length; next += together) {
    const lines = await Promise.all(entries.slice(next, next + together).map((entry) => lineOf(directory, entry)));
    for (const line of lines) hash.update(line);
  }
  return `sha256-${hash.digest("hex")}`;
}

async function lineOf(root: string, { name, isLink }: Entry): Promise<string> {
  const file = path.join(root, name);
  if (isLink) return `link ${await readlink(file)}  ${name}\n`;
  const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
  const kind = (mode & 0o111) === 0 ? "file" : "program";
  return `${kind} ${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
}

async function entriesBelow(root: string, relative: string): Promise<Entry[]> {
  const entries = await readdir(path.join(root, relative), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry): Promise<Entry[]> => {
      const name = path.posix.join(relative, entry.name);
      if (name === recordName) return [];
      return entry.isDirectory() ? entriesBelow(root, name) : [{ name, isLink: entry.isSymbolicLink() }];
    }),
  );
  return nested.flat();
}
