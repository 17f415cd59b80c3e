import { openLocation } from "../packs/location.ts";
import { openSubmission } from "./open-submission.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";

/** A measured 0 or 1 may be off by this many times the stated noise. */
const tolerated = 4;
/** Least distance that counts, for tiers that state no noise at all. */
const slack = 1e-6;

/**
 * The starting solution scores 0, the reference 1, each within the stated noise. Fixed anchors are others' scores: there a reference
 * of our own may score more than 1.
 */
export const anchorsCheck: Check = {
  id: "anchors",
  async run(context) {
    const { tier, packPath } = context.loaded;
    await using location = await openLocation(tier.reference, packPath);
    await using reference = await openSubmission(context, tier.reference, location.folder);
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
  const fix =
    verdict.status === "failed"
      ? "the scorer itself failed: mend it, and try `rebench grade` on that folder"
      : "`rebench pack calibrate` measures both anchors: put its figures into the tier, or mend that folder";
  if (verdict.status !== "valid") return { id, ok: false, message: `${verdict.status}: ${verdict.reason}`, fix };
  const { anchors, noise } = loaded.tier;
  const atLeast = anchors.kind === "fixed" && expected === 1;
  // Normalised scores end at 0: below it only the raw score tells.
  const scored =
    anchors.kind === "fixed" ? (verdict.raw - anchors.start) / (anchors.reference - anchors.start) : verdict.normalized;
  const off = atLeast ? expected - scored : Math.abs(scored - expected);
  return {
    id,
    ok: off <= tolerated * noise + slack,
    message: `scores ${scored.toFixed(3)} (raw ${verdict.raw}), and should score ${atLeast ? "at least " : ""}${expected} within the noise of ${noise}`,
    fix,
  };
}
