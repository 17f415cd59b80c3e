import type { CommandResult } from "@rebench/task-kit";
import { expect, it } from "vitest";
import { readRate } from "./read-rate.ts";

const calibration = {
  files: [],
  argv: ["sh", "rate.sh"],
  timeoutSeconds: 7,
  unit: "steps/s",
  rate: 100,
  bounds: { least: 0.5, most: 4 },
} as const;

const ended = (change: Partial<CommandResult>): CommandResult => ({
  exitCode: 0,
  timedOut: false,
  outOfMemory: false,
  stdout: "",
  stderr: "",
  truncated: false,
  ...change,
});

it("reads the rate from the last line", () => {
  const stdout = 'warming up\n{"rate": 1}\n{"rate": 41.5, "spread": 0.01}\n';
  expect(readRate(ended({ stdout }), calibration)).toEqual({ status: "measured", rate: 41.5 });
});

it.each([
  "",
  "fast",
  "41.5",
  "null",
  "{}",
  '{"rate": "41.5"}',
  '{"rate": 0}',
  '{"rate": -3}',
  '{"rate": 1e999}',
  '{"rate": null}',
])("takes %j for no rate", (stdout) => {
  expect(readRate(ended({ stdout }), calibration)).toMatchObject({
    status: "failed",
    blame: "pack",
    code: "pack.bad-calibration",
    message: expect.stringContaining(JSON.stringify(stdout)),
  });
});

it.each([
  [{ exitCode: 3, stderr: "no torch\n" }, "pack.calibration-failed", "sh rate.sh exited with 3: no torch"],
  [{ exitCode: null }, "pack.calibration-failed", "sh rate.sh was killed: "],
  [{ exitCode: null, outOfMemory: true }, "pack.calibration-failed", "sh rate.sh used up the sandbox's memory"],
  [{ exitCode: null, timedOut: true }, "pack.calibration-timeout", "sh rate.sh did not finish within 7 s"],
])("says how a command went wrong: %j", (change, code, message) => {
  const stdout = '{"rate": 41.5}\n';
  expect(readRate(ended({ stdout, ...change }), calibration)).toEqual({
    status: "failed",
    blame: "pack",
    code,
    message,
  });
});
