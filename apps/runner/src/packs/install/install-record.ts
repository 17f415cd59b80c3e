import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";

const signatureSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("verified"), keyId: z.string() }),
  /** Present, but it could not be checked. */
  z.object({ state: z.literal("unverified"), reason: z.string() }),
  z.object({ state: z.literal("absent") }),
]);

const provenanceSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("verified"), url: z.string() }),
  z.object({ state: z.literal("unverified"), url: z.string(), reason: z.string() }),
]);

const sourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("registry"), registry: z.string(), tarball: z.string() }),
  z.object({ kind: z.literal("tarball") }),
  z.object({ kind: z.literal("folder") }),
]);

const recordSchema = z.object({
  schema: z.literal(1),
  name: z.string(),
  version: z.string(),
  source: sourceSchema,
  /** `sha512-…` of the tarball, as npm's lockfiles write it. */
  integrity: z.string(),
  /** Digest over every file in the folder but this record: see `treeDigest`. */
  files: z.string(),
  signature: signatureSchema,
  /** Null where the registry has no attestations. */
  provenance: provenanceSchema.nullable(),
  /** Packages below the pack's `node_modules`, `name@version`. */
  dependencies: z.array(z.string()),
  installedAt: z.string(),
});

export type InstallRecord = z.infer<typeof recordSchema>;
export type SignatureState = z.infer<typeof signatureSchema>;
export type ProvenanceState = z.infer<typeof provenanceSchema>;

/** Lies in the pack's folder, so that one rename brings both. */
export const recordName = ".rebench-install.json";

/** Null where there is no record, or none that can be read: the folder is not an installed pack. */
export async function readInstallRecord(directory: string): Promise<InstallRecord | null> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path.join(directory, recordName), "utf8")));
  } catch {
    return null;
  }
}
