// What goes to the registry: every package that is not private, built, and packed as pnpm packs it.
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = dirname(import.meta.dirname);

export interface PublishedPackage {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

export function publishedPackages(): readonly PublishedPackage[] {
  return globSync("{packages,apps,task-packs}/*/package.json", { cwd: root })
    .sort()
    .map((file) => ({
      folder: join(root, dirname(file)),
      manifest: JSON.parse(readFileSync(join(root, file), "utf8")) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder }));
}

/** Makes every package's `dist`; turbo keeps what has not changed. */
export async function buildPackages(): Promise<void> {
  await run(join(root, "node_modules/.bin/turbo"), ["run", "build", "--output-logs=errors-only"], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
}

/** The tarball of a built package, in a folder of its own below `into`. */
export async function packPackage({ name, folder }: PublishedPackage, into: string): Promise<string> {
  const destination = join(into, name.replaceAll("/", "-"));
  await mkdir(destination, { recursive: true });
  await run("pnpm", ["pack", "--pack-destination", destination], { cwd: folder });
  const [tarball] = await readdir(destination);
  if (tarball === undefined) throw new Error(`pnpm pack of ${name} made no tarball`);
  return join(destination, tarball);
}
