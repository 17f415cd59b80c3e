import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { RebenchError } from "@rebench/task-kit";
import type { EngineFacts } from "../engine/system.ts";

const neededMb = 3000;

/** Megabytes free where the engine keeps images; null where that is on another machine. */
export async function freeMb({ root }: Pick<EngineFacts, "root">): Promise<number | null> {
  if (!existsSync(root)) return null;
  const { bavail, bsize } = await statfs(root);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** Errors with code `sandbox.disk-full`: a build that meets a full disk leaves half of itself behind. */
export async function requireSpace(facts: EngineFacts): Promise<void> {
  const free = await freeMb(facts);
  if (free === null || free >= neededMb) return;
  throw new RebenchError({
    code: "sandbox.disk-full",
    message: `an image needs up to ${neededMb} MB, and ${facts.root} has ${free} MB free`,
    fix: "free some space; `rebench clean --images` removes images that no run uses",
  });
}
