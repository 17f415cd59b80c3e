import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";

interface CheckObject {
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

/** What is refused, or gains nothing, is so whatever else the machine does; a good score would not be as good. */
describe("optimize-kernel mini, through the command line", () => {
  it(
    "refuses every cheat and every malformed submission, and shows an agent nothing that decides its score",
    { timeout: 300_000 },
    async () => {
      await using bench = await Bench.open();
      const { code, value } = await bench.json<CheckObject>(
        "pack",
        "check",
        "optimize-kernel",
        "--only",
        "instructions",
        "malformed",
        "cheats",
        "leaks",
      );
      expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(code).toBe(0);
      expect(value.checks.filter(({ id }) => id.includes(".cheats.")).length).toBeGreaterThanOrEqual(6);
    },
  );
});
