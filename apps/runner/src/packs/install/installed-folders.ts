import path from "node:path";
import { subfolders } from "../subfolders.ts";

/** Where a version of a pack lies below `<home>/packs`. Name and version must have been judged: they become folders. */
export function installedFolder(packsFolder: string, { name, version }: { name: string; version: string }): string {
  return path.join(packsFolder, ...name.split("/"), version);
}

/** The folder of every installed version of every pack. */
export async function installedFolders(packsFolder: string): Promise<string[]> {
  const top = (await subfolders(packsFolder)).filter((folder) => path.basename(folder) !== "node_modules");
  const named = await Promise.all(
    top.map(async (folder) => (path.basename(folder).startsWith("@") ? subfolders(folder) : [folder])),
  );
  return (await Promise.all(named.flat().map(subfolders))).flat();
}
