import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";

describe("restricted-mlm mini, through the command line", () => {
  it("gives 0 for doing nothing and 1 for the reference", { timeout: 300_000 }, async () => {
    await using bench = await Bench.open();
    const nop = await bench.json("run", "restricted-mlm", "--agent", "nop", "--sandbox", "local");
    expect(nop.value.attempts[0]?.score?.normalized).toBeCloseTo(0, 3);
    const reference = await bench.json("run", "restricted-mlm", "--agent", "reference", "--sandbox", "local");
    expect(reference.value.attempts[0]?.score?.normalized).toBeCloseTo(1, 3);
  });
});
