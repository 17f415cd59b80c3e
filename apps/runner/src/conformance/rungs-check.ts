import { readdir } from "node:fs/promises";
import path from "node:path";
import { openLocation } from "../packs/location.ts";
import { meanScore } from "./mean-score.ts";
import type { Check } from "./check.ts";

const fewest = 4;
const apart = 5;
/** Scorings of each rung where scores are noisy. */
const scorings = 3;

/** Submissions of rising skill are told apart: at least four, neighbours at least five times the noise apart. */
export const rungsCheck: Check = {
  id: "rungs",
  async run({ loaded, grader, onProgress }) {
    const { tier } = loaded;
    await using rungs = await openLocation(tier.rungs, loaded.packPath);
    const names = (await readdir(rungs.folder)).sort();
    if (names.length < fewest)
      return [{ id: "rungs", ok: false, message: `${names.length} rungs, and at least ${fewest} are needed` }];
    const scored: { name: string; normalized: number }[] = [];
    for (const name of names) {
      onProgress(`rung ${name}`);
      const folder = path.join(rungs.folder, name);
      const verdict = await grader.grade(folder, `rung ${name}`);
      if (verdict.status !== "valid")
        return [{ id: "rungs", ok: false, message: `${name}: ${verdict.status}: ${verdict.reason}` }];
      const normalized =
        tier.noise === 0 ? verdict.normalized : await meanScore(grader, { folder, purpose: `rung ${name}`, scorings });
      scored.push({ name, normalized });
    }
    const shown = scored.map(({ name, normalized }) => `${name} ${normalized.toFixed(3)}`).join(", ");
    const close = scored
      .slice(1)
      .filter(({ normalized }, index) => normalized - (scored[index]?.normalized ?? 0) < apart * tier.noise);
    const message =
      close.length === 0 ? shown : `${shown}; too close to the one before: ${close.map(({ name }) => name).join(", ")}`;
    return [{ id: "rungs", ok: close.length === 0, message }];
  },
};
