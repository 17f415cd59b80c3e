import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { meanScore } from "./mean-score.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";

/** Known exploits a tier must bring: more where submissions are code. */
const fewest = { code: 6, data: 3 };

/** One timed score may be above the noise by chance; this many say whether it was, or `most` where the machine is busy. */
const secondLook = { scorings: 5, most: 20 };

/** Every known exploit ends invalid, or at most the noise above 0. */
export const cheatsCheck: Check = {
  id: "cheats",
  async run(context) {
    const { packPath, tier } = context.loaded;
    const names = (await readdir(packPath(tier.cheats))).sort();
    const needed = tier.tools.length > 0 ? fewest.code : fewest.data;
    const results: CheckResult[] = [];
    if (names.length < needed)
      results.push({
        id: "cheats",
        ok: false,
        message: `${names.length} cheats, and at least ${needed} are needed`,
        fix: `add folders to ${tier.cheats}: what would a lazy or a clever agent try?`,
      });
    for (const name of names) {
      context.onProgress(`cheat ${name}`);
      results.push(await tryCheat(context, name, path.join(packPath(tier.cheats), name)));
    }
    return results;
  },
};

/** A cheat is a submission folder, or holds an executable `attempt` that is run as an agent. */
async function tryCheat({ loaded, grader, attempt }: CheckContext, name: string, folder: string): Promise<CheckResult> {
  const id = `cheats.${name}`;
  const script = path.join(folder, "attempt");
  const fix = "close the hole in the scorer, so that this ends invalid or scores no more than the start";
  const judge = (normalized: number, what: string): CheckResult => {
    const ok = normalized <= loaded.tier.noise;
    return {
      id,
      ok,
      message: `${what} ${normalized.toFixed(3)}${ok ? "" : `, more than the noise of ${loaded.tier.noise}`}`,
      fix,
    };
  };
  if (existsSync(script)) {
    const report = await attempt(await readFile(script, "utf8"));
    return judge(report.normalized ?? 0, report.invalid ? "refused, and ends at" : "ends at");
  }
  const verdict = await grader.grade(folder, `cheat ${name}`);
  switch (verdict.status) {
    case "invalid":
      return { id, ok: true, message: `refused: ${verdict.reason.split("\n", 1)[0] ?? ""}`, fix };
    case "failed":
      return {
        id,
        ok: false,
        message: `the scorer failed on it: ${verdict.reason}`,
        fix: "a scorer answers `invalid` to what it cannot read; it throws only for its own faults",
      };
    case "valid": {
      const limit = loaded.tier.noise;
      if (verdict.normalized <= limit) return judge(verdict.normalized, "scores");
      const { scorings, most } = secondLook;
      const again = await meanScore(grader, { folder, purpose: id, scorings, unless: { limit, most } });
      return judge(again.mean, `over ${again.scorings} scorings scores`);
    }
  }
}
