import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import { humanBaselinesSchema } from "@rebench/task-kit";
import type { Check, CheckResult } from "./check.ts";

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/i;

/** What a pack says of itself can be used: a canary that can be searched for, human attempts that can be read, a stated headroom. */
export const definitionCheck: Check = {
  id: "definition",
  async run({ loaded, canary }) {
    return [await canaryResult(loaded, canary), headroomResult(loaded), ...(await baselinesResult(loaded))];
  },
};

async function canaryResult({ tier, packPath }: LoadedTask, canary: string): Promise<CheckResult> {
  const id = "definition.canary";
  const fix = "put a line with a fresh UUID into the pack's `canary`, and the same line into its hidden data";
  if (!uuid.test(canary)) return { id, ok: false, message: `${JSON.stringify(canary)} holds no UUID`, fix };
  if (tier.hidden !== undefined && !(await holds(packPath(tier.hidden), canary)))
    return { id, ok: false, message: `no file of ${tier.hidden}/ carries the canary`, fix };
  return { id, ok: true, message: "unique, and in the hidden data where there is any", fix };
}

function headroomResult({ tier: { headroom } }: LoadedTask): CheckResult {
  const { bestKnown, ceiling } = headroom;
  return {
    id: "definition.headroom",
    ok: Number.isFinite(bestKnown) && ceiling.trim() !== "",
    message: `best known ${bestKnown}, ceiling: ${ceiling}`,
    fix: "say what lies above the reference: the best normalised score known, and where scores must end",
  };
}

async function baselinesResult({ tier, packPath }: LoadedTask): Promise<CheckResult[]> {
  if (tier.baselines === undefined) return [];
  const id = "definition.baselines";
  const fix = "humanBaselinesSchema of @rebench/task-kit says what the file must hold";
  try {
    const { attempts } = humanBaselinesSchema.parse(JSON.parse(await readFile(packPath(tier.baselines), "utf8")));
    return [{ id, ok: true, message: `${attempts.length} human attempts`, fix }];
  } catch (error) {
    return [{ id, ok: false, message: `${tier.baselines}: ${(error as Error).message}`, fix }];
  }
}

async function holds(folder: string, text: string): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile()))
    if ((await readFile(path.join(entry.parentPath, entry.name))).includes(text)) return true;
  return false;
}
