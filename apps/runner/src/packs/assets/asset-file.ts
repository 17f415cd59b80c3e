import path from "node:path";
import { RebenchError, type Tier } from "@rebench/task-kit";

/** Where an asset that a tier declares lies. Errors with code `pack.no-such-asset`. */
export function assetFile(tier: Pick<Tier, "assets">, name: string, folder: string): string {
  const asset = tier.assets?.find((candidate) => candidate.name === name);
  if (asset !== undefined) return path.join(folder, asset.sha256);
  throw new RebenchError({
    code: "pack.no-such-asset",
    message: `the scorer asks for an asset ${JSON.stringify(name)} that its tier does not declare`,
    fix: `assets of the tier: ${tier.assets?.map((candidate) => candidate.name).join(", ") ?? "none"}`,
  });
}
