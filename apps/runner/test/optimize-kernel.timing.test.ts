import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";

describe("optimize-kernel mini, through the command line", () => {
  it("gives nearly 0 for doing nothing and nearly 1 for the reference", async () => {
    await using bench = await Bench.open();
    const nop = await bench.json("run", "optimize-kernel", "--agent", "nop", "--sandbox", "local");
    expect(nop.value.attempts[0]?.score?.normalized).toBeLessThanOrEqual(0.05);
    const reference = await bench.json("run", "optimize-kernel", "--agent", "reference", "--sandbox", "local");
    const score = reference.value.attempts[0]?.score;
    // Wide enough for a machine with neighbours; the slow tests ask for 0.9 to 1.1.
    expect(score?.normalized).toBeGreaterThan(0.75);
    expect(score?.normalized).toBeLessThan(1.25);
    expect(reference.value.attempts[0]?.anchors).toMatchObject({ measured: true });
  });

  it("lists METR's nine human attempts at the full tier", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json<{
      packs: { name: string; tasks: { tiers: { name: string; humanAttempts: number }[] }[] }[];
    }>("packs");
    const pack = value.packs.find(({ name }) => name === "@rebench/pack-optimize-kernel");
    expect(pack?.tasks[0]?.tiers).toMatchObject([
      { name: "mini", humanAttempts: 0 },
      { name: "full", humanAttempts: 9 },
    ]);
  });
});
