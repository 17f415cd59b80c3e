import { openLocation } from "../packs/location.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";

/** A measured 0 or 1 may be off by this many times the stated noise. */
const tolerated = 4;
/** Least distance that counts, for tiers that state no noise at all. */
const slack = 1e-6;

/** The starting solution scores 0, the reference 1, each within the stated noise. */
export const anchorsCheck: Check = {
  id: "anchors",
  async run(context) {
    const { tier, packPath } = context.loaded;
    await using reference = await openLocation(tier.reference, packPath);
    return [
      await near(context, "anchors.start", packPath(tier.start), 0),
      await near(context, "anchors.reference", reference.folder, 1),
    ];
  },
};

async function near(
  { loaded, grader }: CheckContext,
  id: string,
  folder: string,
  expected: number,
): Promise<CheckResult> {
  const verdict = await grader.grade(folder, id);
  if (verdict.status !== "valid") return { id, ok: false, message: `${verdict.status}: ${verdict.reason}` };
  const ok = Math.abs(verdict.normalized - expected) <= tolerated * loaded.tier.noise + slack;
  return {
    id,
    ok,
    message: `scores ${verdict.normalized.toFixed(3)}, and should score ${expected} within the noise of ${loaded.tier.noise}`,
  };
}
