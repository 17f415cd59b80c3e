import { expect, it } from "vitest";
import type { Grader, Verdict } from "../host/grader.ts";
import { meanScore } from "./mean-score.ts";

/** Gives these scores in turn, and the last of them from then on; null is an invalid submission. */
function graderOf(...scores: readonly (number | null)[]): Grader {
  let next = 0;
  return {
    async grade() {
      const normalized = scores[Math.min(next++, scores.length - 1)] ?? null;
      return (normalized === null ? { status: "invalid", reason: "no" } : { status: "valid", normalized }) as Verdict;
    },
    async [Symbol.asyncDispose]() {},
  };
}

const options = { folder: "/", purpose: "test", scorings: 2 };
const unless = { limit: 0.03, most: 6 };

it("counts what is not valid as 0", async () => {
  expect(await meanScore(graderOf(1, null), options)).toEqual({ mean: 0.5, scorings: 2 });
});

it("takes no more scorings than it needs to be at the limit", async () => {
  expect(await meanScore(graderOf(0, 0.06), { ...options, unless })).toEqual({ mean: 0.03, scorings: 2 });
});

it("goes on while the mean is above the limit by chance", async () => {
  expect((await meanScore(graderOf(0.12, 0), { ...options, unless })).scorings).toBe(4);
});

it("ends at the most, above the limit, where it is no chance", async () => {
  expect(await meanScore(graderOf(0.5), { ...options, unless })).toEqual({ mean: 0.5, scorings: 6 });
});
