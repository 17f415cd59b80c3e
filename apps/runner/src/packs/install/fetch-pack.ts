import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import Arborist from "@npmcli/arborist";
import { RebenchError } from "@rebench/task-kit";
import pacote from "pacote";
import { packLimits, type PackLimits } from "./limits.ts";
import type { NpmOptions } from "./npm-configuration.ts";
import type { PackSpec } from "./pack-spec.ts";
import type { ResolvedPack } from "./resolve-pack.ts";

export interface FetchOptions {
  readonly spec: PackSpec;
  /** What the registry says about it; null for a tarball or a folder. */
  readonly resolved: ResolvedPack | null;
  /** Where the tarball is written. */
  readonly file: string;
  readonly npm: NpmOptions;
  readonly limits?: PackLimits;
}

/**
 * Writes the tarball of a pack, bounded in size and checked against the registry's digest, and returns its own, `sha512-…`. A folder
 * is packed as npm would, without running its scripts.
 */
export async function fetchPack({ spec, resolved, file, npm, limits = packLimits }: FetchOptions): Promise<string> {
  // npm's words for a missing folder are about its package.json.
  if (spec.kind !== "registry") await access(spec.path);
  const hash = createHash("sha512");
  const what =
    spec.kind === "registry" && resolved !== null ? `${resolved.name}@${resolved.version}` : `file:${pathOf(spec)}`;
  const pinned = resolved === null ? {} : { resolved: resolved.tarball, integrity: resolved.integrity ?? undefined };
  const options = { ...npm, ...pinned, ignoreScripts: true, Arborist } as pacote.Options;
  await pacote.tarball.stream(
    what,
    (stream) =>
      pipeline(
        stream,
        bounded(limits.tarballBytes, (chunk) => hash.update(chunk)),
        createWriteStream(file),
      ),
    options,
  );
  return `sha512-${hash.digest("base64")}`;
}

const pathOf = (spec: PackSpec): string => (spec.kind === "registry" ? spec.name : spec.path);

function bounded(most: number, seen: (chunk: Buffer) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > most) return done(tooLarge(`its tarball has more than ${most} bytes`));
      seen(chunk);
      done(null, chunk);
    },
  });
}

export const tooLarge = (reason: string): RebenchError =>
  new RebenchError({
    code: "pack.too-large",
    message: `the pack is too large: ${reason}`,
    fix: "its author should declare large data as assets",
  });
