import type { MachineRate } from "@rebench/core";
import { expect, it } from "vitest";
import type { CheckContext } from "../conformance/check.ts";
import { calibrateTier } from "./calibrate-tier.ts";

const calibration = { unit: "steps/s", rate: 100, bounds: { least: 0.5, most: 4 } };
const raw: Readonly<Record<string, number>> = { "/pack/start": 3, "/pack/reference": 1 };

/** A pack whose scores are always the same, on a machine that gives these rates one after the other. */
function contextWith(rates: readonly MachineRate[], tier: object): CheckContext {
  const left = [...rates];
  return {
    loaded: {
      task: { id: "main", score: { unit: "ln(s)" } },
      tier: { name: "mini", start: "start", reference: { kind: "folder", path: "reference" }, ...tier },
      packPath: (relative: string) => `/pack/${relative}`,
    },
    grader: { grade: async (folder: string) => ({ status: "valid", raw: raw[folder] }) },
    repeat: 3,
    measureRate: async () => left.shift(),
    onProgress: () => undefined,
  } as unknown as CheckContext;
}

const measured = (rate: number): MachineRate => ({ status: "measured", rate });

it("measures the rate of a calibrated tier as often as its scores, and says how much it varies", async () => {
  const context = contextWith([measured(90), measured(100), measured(110)], { calibration });
  expect(await calibrateTier(context)).toMatchObject({
    start: { mean: 3 },
    reference: { mean: 1 },
    rate: { unit: "steps/s", measurements: 3, mean: 100, standardDeviation: expect.closeTo(10) },
  });
});

it("measures none where the budget is not calibrated", async () => {
  expect((await calibrateTier(contextWith([], {}))).rate).toBeNull();
});

it("does not go on when a measurement fails", async () => {
  const failed: MachineRate = { status: "failed", blame: "pack", code: "pack.bad-calibration", message: "no rate" };
  await expect(calibrateTier(contextWith([measured(90), failed], { calibration }))).rejects.toMatchObject({
    code: "pack.bad-calibration",
  });
});
