import { readdir } from "node:fs/promises";
import path from "node:path";
import { openLocation } from "../packs/location.ts";
import { meanScore } from "./mean-score.ts";
import { openSubmission } from "./open-submission.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";

const fewest = 4;
/** Neighbours are at least this many times the noise apart, and never equal. */
const apart = 5;
/** Most that a strong engineer's first try, the second rung, may score. */
const firstTry = 0.5;
/** Scorings of each rung where scores are noisy. */
const scorings = 3;

interface Rung {
  readonly name: string;
  readonly normalized: number;
}

/** Submissions of rising skill are told apart, and a first try leaves room. */
export const rungsCheck: Check = {
  id: "rungs",
  async run(context) {
    const { tier, packPath } = context.loaded;
    await using location = await openLocation(tier.rungs, packPath);
    const names = (await readdir(location.folder)).sort();
    if (names.length < fewest) {
      const message = `${names.length} rungs, and at least ${fewest} are needed`;
      const fix = "add one folder each for: trivial, a first try, iterated, the reference; named so that they sort";
      return [{ id: "rungs", ok: false, message, fix }];
    }
    const rungs: Rung[] = [];
    for (const name of names) {
      context.onProgress(`rung ${name}`);
      await using submission = await openSubmission(context, tier.rungs, path.join(location.folder, name));
      const scored = await scoreRung(context, name, submission.folder);
      if ("problem" in scored) {
        const fix = `\`rebench grade\` on that folder says more; every rung must be a submission that counts`;
        return [{ id: "rungs", ok: false, message: `${name}: ${scored.problem}`, fix }];
      }
      rungs.push(scored);
    }
    return [toldApart(rungs, tier.noise), leavesRoom(rungs, tier.noise)];
  },
};

async function scoreRung(
  { loaded, grader }: CheckContext,
  name: string,
  folder: string,
): Promise<Rung | { readonly problem: string }> {
  const verdict = await grader.grade(folder, `rung ${name}`);
  if (verdict.status !== "valid") return { problem: `${verdict.status}: ${verdict.reason}` };
  if (loaded.tier.noise === 0) return { name, normalized: verdict.normalized };
  const { mean } = await meanScore(grader, { folder, purpose: `rung ${name}`, scorings });
  return { name, normalized: mean };
}

function toldApart(rungs: readonly Rung[], noise: number): CheckResult {
  const shown = rungs.map(({ name, normalized }) => `${name} ${normalized.toFixed(3)}`).join(", ");
  const close = rungs.slice(1).filter(({ normalized }, index) => {
    const step = normalized - (rungs[index]?.normalized ?? 0);
    return step < apart * noise || step <= 0;
  });
  return {
    id: "rungs",
    ok: close.length === 0,
    message:
      close.length === 0 ? shown : `${shown}; too close to the one before: ${close.map(({ name }) => name).join(", ")}`,
    fix: `each rung must score at least ${apart} times the noise of ${noise} more than the one before: a task that cannot tell them apart is not done`,
  };
}

function leavesRoom(rungs: readonly Rung[], noise: number): CheckResult {
  const second = rungs[1];
  const normalized = second?.normalized ?? 0;
  return {
    id: "rungs.first-try",
    ok: normalized <= firstTry + noise,
    message: `${second?.name ?? ""} scores ${normalized.toFixed(3)}, and a first try may score ${firstTry}`,
    fix: "move the anchors or choose another scale, so that what anyone sees at once is worth at most half",
  };
}
