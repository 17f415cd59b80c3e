import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { hostVersion } from "../../host/host-version.ts";
import { malformedPack } from "../pack-problem.ts";
import { checkInstalled } from "./check-installed.ts";
import { fetchPack } from "./fetch-pack.ts";
import { installDependencies } from "./install-dependencies.ts";
import { recordName, type InstallRecord } from "./install-record.ts";
import { installedFolder } from "./installed-folders.ts";
import type { InstalledPack, InstallOptions } from "./install-pack.ts";
import { judgePackage } from "./judge-package.ts";
import { linkTaskKit } from "./link-task-kit.ts";
import { readNpmConfiguration } from "./npm-configuration.ts";
import { parsePackSpec, type PackSpec } from "./pack-spec.ts";
import { explainRegistryError } from "./registry-error.ts";
import { resolvePack, type ResolvedPack } from "./resolve-pack.ts";
import { openStaging } from "./staging.ts";
import { syncPath, syncTree } from "./sync-tree.ts";
import { treeDigest } from "./tree-digest.ts";
import { unpackTarball } from "./unpack-tarball.ts";

/** What `installPack` does. */
export async function carryOutInstallation(options: InstallOptions): Promise<InstalledPack> {
  const { places } = options;
  const spec = parsePackSpec(options.spec, places.workingDirectory);
  try {
    return await install(spec, options);
  } catch (error) {
    if (isOurs(error)) throw error;
    throw explainRegistryError(error, options.spec);
  }
}

/** The disk's own failures are no registry's. */
const isOurs = (error: unknown): boolean =>
  RebenchError.is(error) ||
  ["ENOSPC", "EDQUOT", "EACCES", "EROFS"].includes(String((error as { code?: unknown }).code));

async function install(spec: PackSpec, options: InstallOptions): Promise<InstalledPack> {
  const { packsFolder, workingDirectory } = options.places;
  const say = options.onProgress ?? (() => undefined);
  const npm = await readNpmConfiguration(workingDirectory);
  say(`looking for ${options.spec}`);
  const resolved = spec.kind === "registry" ? await resolvePack(spec.name, spec.wanted, npm) : null;
  if (resolved !== null) {
    const there = await installedAlready(packsFolder, resolved);
    if (there !== null) return there;
  }
  await using staging = await openStaging(packsFolder);
  const tarball = path.join(staging.folder, "pack.tgz");
  say(`fetching ${options.spec}`);
  const integrity = await fetchPack({ spec, resolved, file: tarball, npm });
  const directory = path.join(staging.folder, "pack");
  await unpackTarball({ tarball, folder: directory, name: options.spec });
  const { package: judged, problems } = await judgePackage({ directory, hostVersion, expected: resolved });
  if (judged === null || problems.length > 0) throw malformedPack(options.spec, problems);
  const { name, version, dependencies } = judged;
  say(`installing what ${name} depends on`);
  const scratch = path.join(staging.folder, "dependencies");
  const record: InstallRecord = {
    schema: 1,
    name,
    version,
    source: sourceOf(spec, resolved),
    integrity,
    signature: resolved?.signature ?? { state: "absent" },
    provenance: resolved?.provenance ?? null,
    dependencies: await installDependencies({ dependencies, directory, scratch, npm }),
    files: await treeDigest(directory),
    installedAt: new Date().toISOString(),
  };
  await writeFile(path.join(directory, recordName), `${JSON.stringify(record, null, 2)}\n`);
  await syncTree(directory);
  await linkTaskKit(packsFolder);
  return await moveIntoPlace({ record, from: directory, packsFolder, aside: path.join(staging.folder, "damaged") });
}

function sourceOf(spec: PackSpec, resolved: ResolvedPack | null): InstallRecord["source"] {
  if (resolved !== null) return { kind: "registry", registry: resolved.registry, tarball: resolved.tarball };
  return { kind: spec.kind === "folder" ? "folder" : "tarball" };
}

async function installedAlready(packsFolder: string, resolved: ResolvedPack): Promise<InstalledPack | null> {
  const directory = installedFolder(packsFolder, resolved);
  const record = await checkInstalled(directory).catch(() => null);
  return record !== null && record.integrity === resolved.integrity ? { directory, record, added: false } : null;
}

interface MoveOptions {
  readonly record: InstallRecord;
  readonly from: string;
  readonly packsFolder: string;
  /** Where a damaged copy goes that lies in the way. */
  readonly aside: string;
}

/** The rename is the installation: before it there is nothing, after it everything. */
async function moveIntoPlace({ record, from, packsFolder, aside }: MoveOptions): Promise<InstalledPack> {
  const directory = installedFolder(packsFolder, record);
  await mkdir(path.dirname(directory), { recursive: true, mode: 0o700 });
  for (let tries = 0; ; tries += 1) {
    try {
      await rename(from, directory);
      await syncPath(path.dirname(directory));
      return { directory, record, added: true };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (tries > 9 || (code !== "ENOTEMPTY" && code !== "EEXIST")) throw error;
    }
    const there = await checkInstalled(directory).catch(() => null);
    if (there === null) {
      // Whoever came first may have moved it aside already.
      await rename(directory, `${aside}-${tries}`).catch(() => undefined);
    } else if (there.integrity === record.integrity) {
      return { directory, record: there, added: false };
    } else throw installedOtherwise(record, there);
  }
}

const installedOtherwise = ({ name, version, integrity }: InstallRecord, there: InstallRecord): RebenchError =>
  new RebenchError({
    code: "pack.installed-otherwise",
    message: `${name}@${version} is installed with other bytes: ${there.integrity} there, ${integrity} here`,
    fix: `give it another version, or remove the old one: \`rebench packs remove ${name}@${version}\``,
  });
