import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";

interface CheckObject {
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

describe("optimize-kernel mini, at length", () => {
  it("passes the whole conformance list, rungs and noise included", { timeout: 900_000 }, async () => {
    await using bench = await Bench.open();
    const { code, value } = await bench.json<CheckObject>("pack", "check", "optimize-kernel", "--repeat", "10");
    expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
  });

  it("times one submission at a time, also when attempts run in parallel", { timeout: 300_000 }, async () => {
    await using bench = await Bench.open();
    const { code, value } = await bench.json(
      "run",
      "optimize-kernel",
      "--agent",
      "reference",
      "--attempts",
      "3",
      "--parallel",
      "3",
    );
    expect(code).toBe(0);
    const waited = value.attempts.map(({ ledger }) => ledger["queue"] ?? 0);
    expect(Math.max(...waited)).toBeGreaterThan(0);
    for (const { score } of value.attempts) {
      expect(score?.normalized).toBeGreaterThan(0.9);
      expect(score?.normalized).toBeLessThan(1.1);
    }
  });
});
