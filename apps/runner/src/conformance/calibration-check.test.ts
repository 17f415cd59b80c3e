import type { MachineRate } from "@rebench/core";
import { expect, it } from "vitest";
import { calibrationCheck } from "./calibration-check.ts";
import type { CheckContext, CheckResult } from "./check.ts";

const calibration = {
  files: [],
  argv: ["sh", "rate.sh"],
  timeoutSeconds: 10,
  unit: "steps/s",
  rate: 100,
  bounds: { least: 0.5, most: 4 },
};

async function check(found: MachineRate, tier: object = { calibration }): Promise<readonly CheckResult[]> {
  return calibrationCheck.run({ loaded: { tier }, measureRate: async () => found } as unknown as CheckContext);
}

it.each([
  { rate: 100, ok: true, message: "100 steps/s here, 100 where the tier was measured: times × 1" },
  { rate: 25, ok: true, message: "25 steps/s here, 100 where the tier was measured: times × 4" },
  { rate: 24, ok: true, message: expect.stringContaining("times × 4; WARNING: at the tier's bounds") },
  { rate: 201, ok: false, message: expect.stringContaining("times × 0.5; WARNING: at the tier's bounds") },
])(
  "asks that this machine is not faster than the bounds; a slower one may be busy: $rate steps/s",
  async ({ rate, ok, message }) => {
    expect(await check({ status: "measured", rate })).toMatchObject([{ id: "calibration", ok, message }]);
  },
);

it("asks that the command works, and nothing of a tier without one", async () => {
  const failed = { status: "failed", blame: "pack", code: "pack.bad-calibration", message: "no rate" } as const;
  expect(await check(failed)).toMatchObject([{ ok: false, message: "pack.bad-calibration: no rate" }]);
  expect(await check(failed, {})).toEqual([]);
});
