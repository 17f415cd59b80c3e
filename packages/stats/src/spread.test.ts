import { expect, it } from "vitest";
import { spread } from "./spread.ts";

it("is the sample standard deviation", () => {
  expect(spread([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ count: 8, mean: 5, standardDeviation: Math.sqrt(32 / 7) });
  expect(spread([3])).toEqual({ count: 1, mean: 3, standardDeviation: 0 });
  expect(() => spread([])).toThrow("no values");
});
