import type { AttemptResult } from "@rebench/core";
import { expect, it } from "vitest";
import { resultTable } from "./result-table.ts";

const measured = {
  status: "measured",
  unit: "steps/s",
  rate: 10,
  referenceRate: 100,
  factor: 4,
  clamped: true,
} as const;

function warnings(calibration: AttemptResult["calibration"]): string[] {
  const attempt = { attemptId: "01R.0", task: "toy/main", tier: "mini", agent: "command", ledger: {}, reviews: [] };
  const result = { ...attempt, outcome: { kind: "completed" }, score: null, isolation: "bwrap", calibration };
  const shown = { runId: "01R", outcome: "completed", attempts: [result as unknown as AttemptResult] };
  return resultTable(shown, 200).filter((line) => line.includes("WARNING"));
}

it("says beside the results which attempts had not the compute that the tier means", () => {
  expect(warnings(measured)).toEqual([
    "attempt 01R.0: 10 steps/s here, 100 where the tier was measured: times × 4; WARNING: at the tier's bounds, so the compute is not the same",
  ]);
  expect(warnings({ status: "failed", blame: "pack", code: "pack.bad-calibration", message: "no rate" })).toEqual([
    "attempt 01R.0: WARNING: the budget is not calibrated for this machine (pack, pack.bad-calibration): no rate",
  ]);
  expect(warnings({ ...measured, factor: 10, clamped: false })).toEqual([]);
  expect(warnings(null)).toEqual([]);
});
