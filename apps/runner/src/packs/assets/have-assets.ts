import { mkdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { RebenchError, type Asset } from "@rebench/task-kit";
import { ulid } from "ulid";
import { downloadAsset } from "./download-asset.ts";
import { holdsAsset } from "./holds-asset.ts";

export interface HaveAssetsOptions {
  readonly assets: readonly Asset[];
  /** `<home>/assets`. */
  readonly folder: string;
  /** Folder with copies of a person's own, or null. */
  readonly copies: string | null;
  readonly onProgress: (message: string) => void;
}

/**
 * Sees to it that each asset lies in the folder, named by its digest, with the right bytes: it is there, or a private copy is linked to,
 * or it is downloaded. Errors with code `pack.asset-unavailable` or `pack.asset-mismatch`.
 */
export async function haveAssets({ assets, folder, copies, onProgress }: HaveAssetsOptions): Promise<void> {
  const wanted = new Map(assets.map((asset) => [asset.sha256, asset]));
  if (wanted.size === 0) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const asset of wanted.values()) {
    const file = path.join(folder, asset.sha256);
    if (await holdsAsset(file, asset)) continue;
    // A rename replaces what was damaged, and whatever another runner put there meanwhile holds the same bytes.
    const fresh = path.join(folder, `.${asset.sha256}.${ulid()}`);
    try {
      const copy = await privateCopy(asset, copies);
      if (copy === null) await downloadAsset({ asset, file: fresh, onProgress });
      else await symlink(copy, fresh);
      await rename(fresh, file);
    } finally {
      await rm(fresh, { force: true });
    }
  }
}

/** Errors with code `pack.asset-mismatch`: somebody meant this file to be used. */
async function privateCopy(asset: Asset, copies: string | null): Promise<string | null> {
  if (copies === null) return null;
  const named = [asset.sha256, path.posix.basename(new URL(asset.url).pathname), asset.name];
  const files = [...new Set(named)].filter((name) => name !== "").map((name) => path.join(copies, name));
  let wrong: string | null = null;
  for (const file of files) {
    const holds = await holdsAsset(file, asset);
    if (holds) return file;
    if (holds === false) wrong ??= file;
  }
  if (wrong === null) return null;
  throw new RebenchError({
    code: "pack.asset-mismatch",
    message: `${wrong} is not the asset ${asset.name}: its SHA-256 is not ${asset.sha256}`,
    fix: "replace it with the right file, or take it out of REBENCH_ASSETS",
  });
}
