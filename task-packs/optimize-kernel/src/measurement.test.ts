import { expect, test } from "vitest";
import { rawScore, standardError, type MeasuredCase } from "./measurement.ts";

const measured = (start: number[], reference: number[], submission: number[]): MeasuredCase => ({
  distribution: "balanced",
  chained: false,
  elements: 1000,
  calls: 1,
  start,
  reference,
  submission,
  floor: [0.1],
});

test("the raw score is the mean over cases of ln of the fastest round", () => {
  const cases = [measured([8, 4], [1, 1], [2, 3]), measured([4, 9], [1, 1], [8, 8])];
  expect(rawScore(cases, "start")).toBeCloseTo(Math.log(4));
  expect(rawScore(cases, "submission")).toBeCloseTo(Math.log(4));
});

test("the standard error is that of the normalised score over rounds", () => {
  // Normalised by round: 0.5 and 0.
  const cases = [measured([4, 4], [1, 1], [2, 4])];
  expect(standardError(cases)).toBeCloseTo(0.25);
  expect(standardError([measured([4], [1], [2])])).toBeNull();
});
