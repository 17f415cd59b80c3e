import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, checkout } from "./cli.ts";

interface CheckObject {
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

interface Graded {
  readonly raw: number;
  readonly normalized: number;
}

const submissionFile = "fixed_model.safetensors";
const pack = path.join(checkout, "task-packs/fix-embedding");

describe("fix-embedding mini, with stored submissions", () => {
  it.each([
    ["start", 0],
    ["reference", 1],
  ])("scores the %s as PyTorch does, and as the anchors say", { timeout: 120_000 }, async (name, normalized) => {
    await using bench = await Bench.open();
    const stored = await readFile(path.join(pack, "test/pytorch-losses.json"), "utf8");
    const loss = (JSON.parse(stored) as Record<string, number>)[name] ?? Number.NaN;
    const submission = path.join(bench.home, "submission");
    await cp(path.join(pack, name, "mini", submissionFile), path.join(submission, submissionFile));
    const { value } = await bench.json<Graded>("grade", "fix-embedding", submission);
    expect(Math.abs(Math.exp(value.raw) + 3.15 - loss)).toBeLessThan(1e-4);
    expect(value.normalized).toBeCloseTo(normalized, 3);
  });

  it("refuses cheats and malformed submissions, and shows an agent no secret", { timeout: 300_000 }, async () => {
    await using bench = await Bench.open();
    const points = ["definition", "instructions", "readme", "malformed", "cheats", "leaks"];
    const { code, value } = await bench.json<CheckObject>("pack", "check", "fix-embedding", "--only", ...points);
    expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
    const ids = value.checks.map(({ id }) => id);
    expect(ids.filter((id) => id.includes(".cheats.")).length).toBeGreaterThanOrEqual(3);
    expect(ids).toContain("main.mini.leaks");
  });
});
