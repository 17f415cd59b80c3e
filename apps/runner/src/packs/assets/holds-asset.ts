import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Asset } from "@rebench/task-kit";

/** Whether a file holds exactly the asset's bytes; null where there is no file. */
export async function holdsAsset(file: string, asset: Pick<Asset, "sha256" | "bytes">): Promise<boolean | null> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return null;
  if (found.size !== asset.bytes) return false;
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest("hex") === asset.sha256;
}
