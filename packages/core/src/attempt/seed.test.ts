import { expect, it } from "vitest";
import { deriveSeed } from "./seed.ts";

it("gives the same seed for the same purpose and another for any other", () => {
  const seeds = [deriveSeed("00", "a"), deriveSeed("00", "b"), deriveSeed("01", "a"), deriveSeed("0", "0\na")];
  expect(new Set(seeds).size).toBe(4);
  expect(deriveSeed("00", "a")).toBe(seeds[0]);
  expect(seeds.every((seed) => /^[0-9a-f]{32}$/.test(seed))).toBe(true);
});
