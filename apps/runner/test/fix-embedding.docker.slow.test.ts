import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";
import { dockerScope } from "./docker-scope.ts";

const { missing, environment } = await dockerScope("fix-embedding");

interface CheckObject {
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

describe("fix-embedding mini in containers", () => {
  it("gives nothing for doing nothing and 1 for the reference", { timeout: 600_000 }, async (context) => {
    if (missing !== null) context.skip(missing);
    await using bench = await Bench.open(environment);
    const nop = await bench.json("run", "fix-embedding", "--agent", "nop");
    expect(nop.value.attempts[0]).toMatchObject({ isolation: "docker", outcome: { kind: "completed" } });
    expect(nop.value.attempts[0]?.score?.normalized).toBeLessThanOrEqual(0.02);
    const reference = await bench.json("run", "fix-embedding", "--agent", "reference");
    expect(reference.value.attempts[0]?.score?.normalized).toBeCloseTo(1, 2);
  });

  it(
    "shows an agent nothing of hidden text, undamaged model, solutions and damage",
    { timeout: 600_000 },
    async (context) => {
      if (missing !== null) context.skip(missing);
      await using bench = await Bench.open(environment);
      const { value } = await bench.json<CheckObject>("pack", "check", "fix-embedding", "--only", "leaks");
      expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(value.checks.map(({ id }) => id)).toContain("main.mini.leaks");
    },
  );
});
