import pacote from "pacote";
import { readNpmConfiguration } from "./npm-configuration.ts";
import { explainRegistryError } from "./registry-error.ts";

export interface PublishedOptions {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** Null for the one that npm uses in that folder. */
  readonly registry: string | null;
}

/** The digest of a version that the registry has; null where it has no such version, or no such pack. */
export async function publishedIntegrity(options: PublishedOptions): Promise<string | null> {
  const { name, version, folder, registry } = options;
  const npm = await readNpmConfiguration(folder);
  const chosen = registry === null ? {} : { registry };
  try {
    // The cached list of versions may be older than the last publication.
    const manifest = await pacote.manifest(`${name}@${version}`, { ...npm, ...chosen, preferOnline: true });
    return String(manifest._integrity ?? "");
  } catch (error) {
    if (["E404", "ETARGET", "ENOVERSIONS"].includes(String((error as { code?: unknown }).code))) return null;
    throw explainRegistryError(error, `${name}@${version}`);
  }
}
