import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { canary } from "./canary.ts";

const solve = path.join(import.meta.dirname, "../reference/solve");

test("every program of the reference carries the canary", async () => {
  const programs = (await readdir(solve)).filter((file) => /\.(py|sh)$/.test(file));
  expect(programs).not.toEqual([]);
  for (const file of programs) expect(await readFile(path.join(solve, file), "utf8"), file).toContain(canary);
});
