import { readdir } from "node:fs/promises";
import { openLocation } from "../packs/location.ts";
import type { Check } from "./check.ts";

/** What a README must speak of, beside the names that follow from the tier. */
const sections = ["anchor", "rung", "noise", "headroom", "canary"];

/** The README tells a reader what the scores mean: contract, anchors, every rung, noise, headroom, canary. */
export const readmeCheck: Check = {
  id: "readme",
  async run({ loaded: { task, tier, packPath }, canary, readme }) {
    await using rungs = await openLocation(tier.rungs, packPath);
    const text = readme.toLowerCase();
    const missing = [
      ...task.submission.entries.map(({ path }) => path).filter((path) => !readme.includes(path)),
      ...(await readdir(rungs.folder)).sort().filter((name) => !readme.includes(name)),
      ...sections.filter((word) => !text.includes(word)).map((word) => `the word "${word}"`),
      ...(readme.includes(canary) ? [] : ["the canary"]),
    ];
    const ok = missing.length === 0;
    const message = ok
      ? "names the contract, every rung, noise, headroom and the canary"
      : `lacks ${missing.join(", ")}`;
    const fix =
      "README.md of the pack says for each rung what it is, its score and its time; `rebench pack new` makes one to copy";
    return [{ id: "readme", ok, message, fix }];
  },
};
