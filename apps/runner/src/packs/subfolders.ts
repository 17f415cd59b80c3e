import { readdir } from "node:fs/promises";
import path from "node:path";

/** Absolute paths of the folders in a folder, links to folders included, hidden ones left out; none where there is no such folder. */
export async function subfolders(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
      .map((entry) => path.join(directory, entry.name));
  } catch {
    return [];
  }
}
