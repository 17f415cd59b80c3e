import { expect, it } from "vitest";
import { seedSequence } from "./seed-sequence.ts";

it("gives the same seeds for the same attempt and another for every scoring", () => {
  const first = seedSequence("00");
  const again = seedSequence("00");
  const seeds = [first.next(), first.next(), first.next()];
  expect([again.next(), again.next(), again.next()]).toEqual(seeds);
  expect(new Set(seeds).size).toBe(3);
  expect(seeds.every((seed) => /^[0-9a-f]{32}$/.test(seed))).toBe(true);
  expect(seedSequence("01").next()).not.toBe(seeds[0]);
});
