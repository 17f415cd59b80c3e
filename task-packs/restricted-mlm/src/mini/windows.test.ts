import path from "node:path";
import { expect, test } from "vitest";
import { columns, maskToken, vocabulary } from "./contract.ts";
import { maskWindows, readWindows } from "./windows.ts";

function stored(rows: number, token: (place: number) => number): Buffer {
  const content = Buffer.alloc(2 * rows * columns);
  for (let place = 0; place < rows * columns; place += 1) content.writeUInt16LE(token(place), 2 * place);
  return content;
}

test("what stood at a masked place is a target, and only there", () => {
  const { tokens, targets } = maskWindows(stored(2, (place) => (place % 3 === 1 ? 0x8000 | (place + 5) : place + 5)));
  expect([...tokens.subarray(0, 4)]).toEqual([5, maskToken, 7, 8]);
  expect([...targets.subarray(0, 5)]).toEqual([-1, 6, -1, -1, 9]);
  expect(tokens).toHaveLength(2 * columns);
});

test("a window that is cut short is an error", () => {
  expect(() => maskWindows(stored(2, () => 7).subarray(2))).toThrow("no whole number of windows");
  expect(() => maskWindows(Buffer.alloc(0))).toThrow("no whole number of windows");
});

test("the hidden text is 640 windows of real tokens with about 15 % masked", async () => {
  const { tokens, targets } = await readWindows(path.join(import.meta.dirname, "../../hidden/mini/windows.bin"));
  expect(tokens).toHaveLength(640 * columns);
  const places = [...tokens.keys()];
  const masked = places.filter((place) => targets[place] !== -1);
  expect(masked).toHaveLength(12_424);
  expect(masked.every((place) => tokens[place] === maskToken)).toBe(true);
  expect(places.filter((place) => tokens[place] === maskToken)).toHaveLength(masked.length);
  expect(masked.every((place) => (targets[place] ?? 0) > maskToken && (targets[place] ?? 0) < vocabulary)).toBe(true);
});
