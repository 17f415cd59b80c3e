import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import Arborist from "@npmcli/arborist";
import type { NpmOptions } from "./npm-configuration.ts";

export interface DependencyOptions {
  readonly dependencies: Readonly<Record<string, string>>;
  /** Folder of the unpacked pack, which gets a `node_modules`. */
  readonly directory: string;
  /** An empty folder to work in. */
  readonly scratch: string;
  readonly npm: NpmOptions;
}

/** Installs what a pack depends on, as npm would, without running any package's scripts. Returns `name@version`, sorted. */
export async function installDependencies(options: DependencyOptions): Promise<string[]> {
  const { dependencies, directory, scratch, npm } = options;
  if (Object.keys(dependencies).length === 0) return [];
  await mkdir(scratch);
  await writeFile(path.join(scratch, "package.json"), JSON.stringify({ private: true, dependencies }));
  const arborist = new Arborist({
    ...npm,
    path: scratch,
    ignoreScripts: true,
    audit: false,
    fund: false,
    binLinks: false,
    packageLock: false,
    installLinks: false,
    global: false,
    omit: ["dev"],
  });
  const tree = await arborist.reify();
  const installed = [...tree.inventory.values()].filter((node) => !node.isRoot);
  if (installed.length > 0) await rename(path.join(scratch, "node_modules"), path.join(directory, "node_modules"));
  return installed.map((node) => `${node.name}@${node.version}`).sort();
}
