import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isPrintable } from "../src/printable.ts";
import { fuzz } from "./fuzz.ts";
import { golden } from "./golden-files.ts";

const seed = 20261123;
const count = process.env["REBENCH_SLOW"] === "1" ? 500 : 100;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "rebench-fuzz-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

it("refuses or measures each of many spoilt files, and goes on", { timeout: 600_000 }, async () => {
  const fuzzed = await fuzz(seed, count, folder);
  const outcomes = new Map<string, number>();
  for (const { kind, answer } of fuzzed) {
    const outcome = answer.kind === "verdict" ? answer.verdict.status : answer.kind;
    outcomes.set(`${kind} ${outcome}`, (outcomes.get(`${kind} ${outcome}`) ?? 0) + 1);
    if (answer.kind !== "verdict") continue;
    const { verdict } = answer;
    expect(["refused", "measured"]).toContain(verdict.status);
    if (verdict.status === "refused") {
      expect(isPrintable(verdict.reason)).toBe(true);
      expect(verdict.reason.length).toBeLessThanOrEqual(600);
    }
    if (verdict.status === "measured")
      expect(verdict).toMatchObject({ tokens: golden.tokens.length, loss: expect.any(Number) as number });
  }
  console.log(Object.fromEntries(outcomes));
  // A fuzz that refuses all, or nothing, would have missed its aim.
  for (const kind of ["graph", "weights"])
    for (const outcome of ["refused", "measured"])
      expect(outcomes.get(`${kind} ${outcome}`)).toBeGreaterThan(count / 20);
  expect(fuzzed.filter(({ answer }) => answer.kind === "timed-out")).toEqual([]);
});
