import { expect, test } from "vitest";
import { maskedWindows } from "./windows.ts";

const options = { rows: 50, columns: 128, maskToken: 50_256 };
const text = Buffer.from(Uint16Array.from({ length: 20_000 }, (_, place) => (place * 7) % 50_000).buffer);
const windows = maskedWindows(text, options);

test("what is masked is what is to be predicted, and nothing else is", () => {
  const masked = [...windows.targets.keys()].filter((place) => (windows.targets[place] ?? -1) >= 0);
  expect(masked.every((place) => windows.tokens[place] === options.maskToken)).toBe(true);
  expect(windows.tokens.filter((token) => token === options.maskToken)).toHaveLength(masked.length);
  expect(masked.length / windows.tokens.length).toBeGreaterThan(0.13);
  expect(masked.length / windows.tokens.length).toBeLessThan(0.17);
});

test("rows are windows of the text, spread from its first token to its last", () => {
  const original = windows.tokens.map((token, place) => {
    const target = windows.targets[place] ?? -1;
    return target >= 0 ? target : token;
  });
  const row = (index: number): number[] => [...original.subarray(index * 128, (index + 1) * 128)];
  const from = (start: number): number[] => Array.from({ length: 128 }, (_, at) => text.readUInt16LE(2 * (start + at)));
  expect(row(0)).toEqual(from(0));
  expect(row(49)).toEqual(from(20_000 - 128));
  expect(row(10)).toEqual(from(Math.floor((10 * (20_000 - 128)) / 49)));
});

test("every scoring masks the same places, and rows differ in theirs", () => {
  expect(maskedWindows(text, options)).toEqual(windows);
  const places = (row: number): string =>
    windows.targets
      .slice(row * 128, row * 128 + 128)
      .map(Math.sign)
      .join(" ");
  expect(new Set(Array.from({ length: 50 }, (_, row) => places(row))).size).toBe(50);
});

test("a text that is too short is the preparation's fault", () => {
  expect(() => maskedWindows(text.subarray(0, 2 * 6399), options)).toThrow(/6399 hidden tokens are too few/);
});
