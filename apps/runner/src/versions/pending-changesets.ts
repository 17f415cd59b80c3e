import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

type Bump = "major" | "minor" | "patch";
const order: readonly Bump[] = ["patch", "minor", "major"];

/** The largest bump that changesets which wait to be applied give a package; null for none. */
export async function pendingBump(directory: string, name: string): Promise<Bump | null> {
  const folder = await changesetFolder(directory);
  if (folder === null) return null;
  let largest: Bump | null = null;
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".md") || file === "README.md") continue;
    const bump = bumpOf(await readFile(path.join(folder, file), "utf8"), name);
    if (bump !== null && (largest === null || order.indexOf(bump) > order.indexOf(largest))) largest = bump;
  }
  return largest;
}

/** A changeset begins with lines such as `"@acme/pack-x": minor` between two lines of dashes. */
function bumpOf(text: string, name: string): Bump | null {
  const [, head = ""] = text.replaceAll("\r\n", "\n").split(/^---$/m);
  for (const line of head.split("\n")) {
    const match = /^\s*["']?(?<package>[^"':]+)["']?\s*:\s*(?<bump>major|minor|patch)\s*$/.exec(line);
    if (match?.groups?.["package"] === name) return match.groups["bump"] as Bump;
  }
  return null;
}

/** `.changeset` of the pack or of the repository around it. */
async function changesetFolder(directory: string): Promise<string | null> {
  for (let folder = path.resolve(directory); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, ".changeset");
    if ((await readdir(candidate).catch(() => null)) !== null) return candidate;
    if (path.dirname(folder) === folder) return null;
  }
}
