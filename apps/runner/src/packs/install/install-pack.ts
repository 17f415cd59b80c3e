import type { PackPlaces } from "../find-packs.ts";
import type { InstallRecord } from "./install-record.ts";

export interface InstallOptions {
  /** `NAME[@RANGE]`, a tarball's path or a folder's. */
  readonly spec: string;
  readonly places: PackPlaces;
  readonly onProgress?: (message: string) => void;
}

export interface InstalledPack {
  readonly directory: string;
  readonly record: InstallRecord;
  /** False where the same bytes were installed before. */
  readonly added: boolean;
}

/**
 * Installs a pack below `<home>/packs`, whole or not at all, without running any of its code. Errors with code `pack.…`, of which
 * `pack.malformed` lists every problem found.
 */
export async function installPack(options: InstallOptions): Promise<InstalledPack> {
  // npm's libraries take longer to load than most commands take to run.
  const { carryOutInstallation } = await import("./installation.ts");
  return carryOutInstallation(options);
}
