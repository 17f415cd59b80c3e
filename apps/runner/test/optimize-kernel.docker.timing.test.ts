import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";
import { dockerScope } from "./docker-scope.ts";

const { missing, environment } = await dockerScope("optimize-kernel");

describe("optimize-kernel mini in containers", () => {
  it("gives nearly 0 for doing nothing and nearly 1 for the reference", { timeout: 300_000 }, async (context) => {
    if (missing !== null) context.skip(missing);
    await using bench = await Bench.open(environment);
    const nop = await bench.json("run", "optimize-kernel", "--agent", "nop");
    expect(nop.value.attempts[0]).toMatchObject({ isolation: "docker", outcome: { kind: "completed" } });
    expect(nop.value.attempts[0]?.score?.normalized).toBeLessThanOrEqual(0.05);
    const reference = await bench.json("run", "optimize-kernel", "--agent", "reference");
    const [attempt] = reference.value.attempts;
    // Wide enough for a machine with neighbours.
    expect(attempt?.score?.normalized).toBeGreaterThan(0.75);
    expect(attempt?.score?.normalized).toBeLessThan(1.25);
    const { wall = 0, ...columns } = attempt?.ledger ?? {};
    expect(Object.values(columns).reduce((sum, value) => sum + value, 0)).toBeCloseTo(wall, 9);
  });
});
