import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RebenchError } from "@rebench/task-kit";
import semver from "semver";
import { installedFolders } from "./install/installed-folders.ts";
import { subfolders } from "./subfolders.ts";
import { shortPackName, type TaskName } from "./task-name.ts";

/**
 * How a pack came here: in the checkout of rebench, in a `node_modules` beside the runner or the working folder, with
 * `rebench packs add`, or named as a folder.
 */
export type PackOrigin = "checkout" | "node_modules" | "installed" | "folder";

/** A folder that holds a pack; nothing in it has been judged or run yet. */
export interface PackFolder {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly origin: PackOrigin;
}

/** Where packs are looked for. */
export interface PackPlaces {
  readonly workingDirectory: string;
  /** `<home>/packs`. */
  readonly packsFolder: string;
}

const keyword = "rebench-task-pack";
const checkout = path.resolve(fileURLToPath(import.meta.url), "../../../../..");

/**
 * Every pack that can be named without a path, by name. Of one name those of the checkout and of `node_modules` come first, then the
 * installed versions, newest first.
 */
export async function findPacks(places: PackPlaces): Promise<PackFolder[]> {
  const folders: readonly (readonly [PackOrigin, readonly string[]])[] = [
    ["checkout", await subfolders(path.join(checkout, "task-packs"))],
    ["node_modules", await fromNodeModules(places.workingDirectory)],
    ["installed", await installedFolders(places.packsFolder)],
  ];
  const found = new Map<string, PackFolder>();
  for (const [origin, directories] of folders) {
    for (const directory of directories) {
      const pack = await readPackFolder(directory, origin);
      if (pack !== null && !found.has(`${pack.name}@${pack.version}`)) found.set(`${pack.name}@${pack.version}`, pack);
    }
  }
  return [...found.values()].sort((left, right) => left.name.localeCompare(right.name) || preferred(left, right));
}

function preferred(left: PackFolder, right: PackFolder): number {
  const late = (pack: PackFolder): number => Number(pack.origin === "installed");
  return late(left) - late(right) || semver.rcompare(left.version, right.version, { loose: true });
}

/** Errors with code `pack.not-found` or `pack.version-not-found`. */
export async function findPack(name: TaskName, places: PackPlaces): Promise<PackFolder> {
  if (name.folder !== null) return packAt(path.resolve(places.workingDirectory, name.folder));
  const packs = await findPacks(places);
  const wantedName = nameAmong(packs, name.pack ?? "");
  const named = packs.filter((pack) => pack.name === wantedName);
  if (named.length === 0) {
    const known = [...new Set(packs.map((pack) => shortPackName(pack.name)))].join(", ") || "none";
    throw new RebenchError({
      code: "pack.not-found",
      message: `there is no pack ${name.pack ?? ""} here`,
      fix: `\`rebench packs add ${wanted(name)}\` installs one from the registry; packs here: ${known}`,
    });
  }
  const match = name.version === null ? named[0] : named.find((pack) => pack.version === name.version);
  if (match !== undefined) return match;
  throw new RebenchError({
    code: "pack.version-not-found",
    message: `${name.pack ?? ""} is not here at version ${name.version ?? ""}`,
    fix: `\`rebench packs add ${wanted(name)}\` installs it; versions here: ${named.map((pack) => pack.version).join(", ")}`,
  });
}

/** A name without a scope is one of our own packs, or where there is none such, the npm package of just that name. */
function nameAmong(packs: readonly Pick<PackFolder, "name">[], name: string): string {
  return packs.some((pack) => pack.name === name) ? name : shortPackName(name);
}

const wanted = ({ pack, version }: TaskName): string =>
  `${shortPackName(pack ?? "NAME")}${version === null ? "" : `@${version}`}`;

async function packAt(directory: string): Promise<PackFolder> {
  const pack = await readPackFolder(directory, "folder");
  if (pack !== null) return pack;
  throw new RebenchError({
    code: "pack.not-found",
    message: `${directory} holds no task pack`,
    fix: `a pack is a folder whose package.json has a name, a version and a "rebench" field`,
  });
}

async function readPackFolder(directory: string, origin: PackOrigin): Promise<PackFolder | null> {
  try {
    const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const { name, version, keywords, rebench } = manifest;
    if (typeof name !== "string" || typeof version !== "string") return null;
    const isPack = rebench !== undefined || (Array.isArray(keywords) && keywords.includes(keyword));
    return isPack ? { name, version, directory, origin } : null;
  } catch {
    return null;
  }
}

/** Packages named `…/pack-…` in the node_modules folders that Node would look into. */
async function fromNodeModules(workingDirectory: string): Promise<string[]> {
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
