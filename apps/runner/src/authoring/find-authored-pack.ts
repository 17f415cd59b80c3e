import { existsSync } from "node:fs";
import path from "node:path";
import { findPack, type PackFolder, type PackPlaces } from "../packs/find-packs.ts";
import { parseTaskName } from "../packs/task-name.ts";

/** The pack that an author means: a folder here comes before an installed pack of the same name, so `toy` is `./toy`. */
export function findAuthoredPack(text: string, places: PackPlaces): Promise<PackFolder> {
  const isFolder = existsSync(path.resolve(places.workingDirectory, text, "package.json"));
  const folder = path.resolve(places.workingDirectory, text);
  return findPack(isFolder ? { pack: null, folder, task: null, version: null } : parseTaskName(text), places);
}
