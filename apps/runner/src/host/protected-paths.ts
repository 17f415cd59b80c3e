import path from "node:path";
import { fileURLToPath } from "node:url";

const checkout = path.resolve(fileURLToPath(import.meta.url), "../../../../..");

/** What no sandbox may read: the packs, the data folder, and the checkout or installation that this program runs from. */
export function protectedPaths(home: string, packDirectories: readonly string[]): string[] {
  return [...new Set([home, checkout, ...packDirectories])];
}
