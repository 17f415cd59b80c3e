import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const checkout = path.resolve(fileURLToPath(import.meta.url), "../../../../..");

/** `REBENCH_ASSETS`: where a person keeps copies of assets, each named by its SHA-256 or as its address ends; null without one. */
export function privateAssets(): string | null {
  const folder = process.env["REBENCH_ASSETS"];
  return folder === undefined || folder === "" || !existsSync(folder) ? null : path.resolve(folder);
}

/** What no sandbox may read: the packs, the data folder and the private assets, and the checkout or installation that this program runs from. */
export function protectedPaths(home: string, packDirectories: readonly string[]): string[] {
  const copies = privateAssets();
  return [...new Set([home, checkout, ...packDirectories, ...(copies === null ? [] : [copies])])];
}
