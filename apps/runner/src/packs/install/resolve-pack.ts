import pacote from "pacote";
import { registryKeys } from "./registry-keys.ts";
import type { ProvenanceState, SignatureState } from "./install-record.ts";
import type { NpmOptions } from "./npm-configuration.ts";
import { withoutSecrets } from "./registry-error.ts";

/** What a registry says about one version of a pack. */
export interface ResolvedPack {
  readonly name: string;
  readonly version: string;
  /** Address of the tarball. */
  readonly tarball: string;
  readonly registry: string;
  /** Null where an old registry gives no digest; ours is recorded all the same. */
  readonly integrity: string | null;
  readonly signature: SignatureState;
  readonly provenance: ProvenanceState | null;
}

type Manifest = Awaited<ReturnType<typeof pacote.manifest>> & {
  readonly dist: {
    readonly tarball: string;
    readonly signatures?: readonly { readonly keyid: string }[];
    readonly attestations?: { readonly url: string };
  };
};

/** Signed by something other than this package: never to be installed. */
const fatal = new Set(["EINTEGRITYSIGNATURE", "EATTESTATIONSUBJECT", "EMANIFESTMISMATCH"]);

/** Asks the registry which version a range means, and checks what is signed about it. */
export async function resolvePack(name: string, wanted: string, npm: NpmOptions): Promise<ResolvedPack> {
  const manifest = await manifestOf(`${name}@${wanted}`, { ...npm, fullMetadata: true });
  const { registry, options: keys } = await registryKeys(name, npm);
  const exact = `${manifest.name}@${manifest.version}`;
  const options = { ...npm, ...keys };
  return {
    name: manifest.name,
    version: manifest.version,
    tarball: withoutSecrets(manifest.dist.tarball),
    registry: withoutSecrets(registry),
    integrity: String(manifest._integrity ?? "") || null,
    signature: await signatureOf(manifest, exact, options),
    provenance: await provenanceOf(manifest, exact, options),
  };
}

const manifestOf = (spec: string, options: Record<string, unknown>): Promise<Manifest> =>
  pacote.manifest(spec, options as pacote.Options);

async function signatureOf({ dist }: Manifest, exact: string, options: NpmOptions): Promise<SignatureState> {
  const [first] = dist.signatures ?? [];
  if (first === undefined) return { state: "absent" };
  try {
    await manifestOf(exact, { ...options, verifySignatures: true });
    return { state: "verified", keyId: first.keyid };
  } catch (error) {
    return { state: "unverified", reason: reasonOf(error) };
  }
}

async function provenanceOf({ dist }: Manifest, exact: string, options: NpmOptions): Promise<ProvenanceState | null> {
  if (dist.attestations === undefined) return null;
  const url = withoutSecrets(dist.attestations.url);
  try {
    await manifestOf(exact, { ...options, verifyAttestations: true });
    return { state: "verified", url };
  } catch (error) {
    return { state: "unverified", url, reason: reasonOf(error) };
  }
}

/** Why something signed could not be checked; throws where it was checked and is wrong. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  if (code !== undefined && fatal.has(code)) throw error;
  return withoutSecrets(message ?? String(error));
}
