import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { mini } from "../mini.ts";
import { rawScore } from "./raw-score.ts";

test("the anchors, which the scorer gave, are what PyTorch gives", async () => {
  const file = path.join(import.meta.dirname, "../../training/torch-losses.json");
  const losses = JSON.parse(await readFile(file, "utf8")) as { start: number; reference: number };
  if (mini.anchors.kind !== "fixed") throw new Error("the anchors are not fixed");
  // A loss that is off by 1e-4 is off by 2e-4 in the raw score where the distance to the offset is a half.
  expect(Math.abs(mini.anchors.start - rawScore(losses.start))).toBeLessThan(1e-4);
  expect(Math.abs(mini.anchors.reference - rawScore(losses.reference))).toBeLessThan(2e-4);
});
