import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RebenchError } from "@rebench/task-kit";
import { shortPackName, type TaskName } from "./task-name.ts";

/** A folder that holds a pack; nothing in it has been judged or run yet. */
export interface PackFolder {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
}

const keyword = "rebench-task-pack";
const checkout = path.resolve(fileURLToPath(import.meta.url), "../../../../..");

/** Every pack that can be named without a path: those of a checkout, and those installed beside the runner or the working folder. */
export async function findPacks(workingDirectory: string): Promise<PackFolder[]> {
  const found = new Map<string, PackFolder>();
  for (const directory of [
    ...(await subfolders(path.join(checkout, "task-packs"))),
    ...(await installed(workingDirectory)),
  ]) {
    const pack = await readPackFolder(directory);
    if (pack !== null && !found.has(`${pack.name}@${pack.version}`)) found.set(`${pack.name}@${pack.version}`, pack);
  }
  return [...found.values()].sort((left, right) => left.name.localeCompare(right.name));
}

/** Errors with code `pack.not-found` or `pack.version-not-found`. */
export async function findPack(name: TaskName, workingDirectory: string): Promise<PackFolder> {
  if (name.folder !== null) return packAt(path.resolve(workingDirectory, name.folder));
  const packs = await findPacks(workingDirectory);
  const named = packs.filter((pack) => pack.name === name.pack);
  if (named.length === 0) {
    const known = packs.map((pack) => shortPackName(pack.name)).join(", ") || "none";
    throw new RebenchError({
      code: "pack.not-found",
      message: `there is no pack ${name.pack ?? ""} here`,
      fix: `installed packs: ${known}; \`npm install ${name.pack ?? "NAME"}\` installs one from the registry`,
    });
  }
  const match = name.version === null ? named[0] : named.find((pack) => pack.version === name.version);
  if (match !== undefined) return match;
  throw new RebenchError({
    code: "pack.version-not-found",
    message: `${name.pack ?? ""} is not here at version ${name.version ?? ""}`,
    fix: `versions here: ${named.map((pack) => pack.version).join(", ")}`,
  });
}

async function packAt(directory: string): Promise<PackFolder> {
  const pack = await readPackFolder(directory);
  if (pack !== null) return pack;
  throw new RebenchError({
    code: "pack.not-found",
    message: `${directory} holds no task pack`,
    fix: `a pack is a folder whose package.json has a name, a version and a "rebench" field`,
  });
}

async function readPackFolder(directory: string): Promise<PackFolder | null> {
  try {
    const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const { name, version, keywords, rebench } = manifest;
    if (typeof name !== "string" || typeof version !== "string") return null;
    const isPack = rebench !== undefined || (Array.isArray(keywords) && keywords.includes(keyword));
    return isPack ? { name, version, directory } : null;
  } catch {
    return null;
  }
}

/** Packages named `…/pack-…` in the node_modules folders that Node would look into. */
async function installed(workingDirectory: string): Promise<string[]> {
  const require = createRequire(path.join(workingDirectory, "package.json"));
  const roots = [...(require.resolve.paths("x") ?? [])].filter((root) => existsSync(root));
  const folders: string[] = [];
  for (const root of roots) {
    for (const folder of await subfolders(root)) {
      const base = path.basename(folder);
      if (base.startsWith("@"))
        folders.push(...(await subfolders(folder)).filter((inner) => path.basename(inner).includes("pack-")));
      else if (base.includes("pack-")) folders.push(folder);
    }
  }
  return folders;
}

async function subfolders(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => path.join(directory, entry.name));
  } catch {
    return [];
  }
}
