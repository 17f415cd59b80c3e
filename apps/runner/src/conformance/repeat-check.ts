import { spread } from "@rebench/stats";
import { openLocation } from "../packs/location.ts";
import { openSubmission } from "./open-submission.ts";
import type { Check } from "./check.ts";

const most = { timed: 0.05, data: 0.02 };

/** Scoring one submission again and again gives nearly the same number. */
export const repeatCheck: Check = {
  id: "repeat",
  async run(context) {
    const { loaded, grader, repeat, onProgress } = context;
    const { tier, packPath } = loaded;
    await using location = await openLocation(tier.reference, packPath);
    await using reference = await openSubmission(context, tier.reference, location.folder);
    const fix = "draw randomness from the scoring's seed alone, score more input, or repeat what is timed";
    const normalized: number[] = [];
    for (let round = 1; round <= repeat; round += 1) {
      onProgress(`scoring ${round} of ${repeat}`);
      const verdict = await grader.grade(reference.folder, `repeat ${round}`);
      if (verdict.status !== "valid")
        return [{ id: "repeat", ok: false, message: `${verdict.status}: ${verdict.reason}`, fix }];
      normalized.push(verdict.normalized);
    }
    const limit = tier.anchors.kind === "measured" ? most.timed : most.data;
    const { standardDeviation, mean } = spread(normalized);
    const message = `SD ${standardDeviation.toFixed(4)} around ${mean.toFixed(3)} over ${repeat} scorings, and at most ${limit} is allowed`;
    return [{ id: "repeat", ok: standardDeviation <= limit, message, fix }];
  },
};
