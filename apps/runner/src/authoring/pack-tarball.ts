import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { runManager, type PackageManager } from "./package-manager.ts";

export interface Tarball {
  /** Absolute path. */
  readonly file: string;
  /** `sha512-…`, as registries write it. */
  readonly integrity: string;
  readonly bytes: number;
}

export interface PackTarballOptions {
  readonly directory: string;
  readonly manager: PackageManager;
  /** Empty folder that the tarball is written to. */
  readonly into: string;
  readonly signal: AbortSignal;
}

/** What would be published, made as npm or pnpm makes it: the pack's own `prepack` and `prepare` scripts run, nothing is sent. */
export async function packTarball({ directory, manager, into, signal }: PackTarballOptions): Promise<Tarball> {
  await runManager({ manager, arguments: ["pack", "--pack-destination", into], folder: directory, signal });
  const name = (await readdir(into)).find((file) => file.endsWith(".tgz"));
  if (name === undefined) {
    const fix = "see what `npm pack` says in the pack's folder";
    throw new RebenchError({ code: "pack.publish-failed", message: `${manager} pack made no tarball`, fix });
  }
  const file = path.join(into, name);
  const content = await readFile(file);
  return {
    file,
    integrity: `sha512-${createHash("sha512").update(content).digest("base64")}`,
    bytes: content.length,
  };
}
