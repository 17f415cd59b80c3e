import { expect, test } from "vitest";
import { readHarnessOutput, type Measured } from "./harness-output.ts";
import { median, validResult } from "./result.ts";

const call = (ms: number) => ({ worker: 0, distribution: "small", ms, chargedMs: 0 });
const valid: Measured = {
  status: "valid",
  device: "NVIDIA H100 80GB HBM3",
  elements: 100_000_000,
  floorMs: [0.29, 0.28],
  warmUpMs: [[900, 0.5], []],
  calls: [call(0.5), call(0.4), call(0.9)],
};

test("what the harness prints is read", () => {
  expect(readHarnessOutput(`${JSON.stringify(valid)}\n`)).toEqual(valid);
  const invalid = { status: "invalid", code: "timeout", reason: "too slow" };
  expect(readHarnessOutput(JSON.stringify(invalid))).toEqual(invalid);
  expect(readHarnessOutput('{"status":"fault","reason":"no GPU"}')).toEqual({ status: "fault", reason: "no GPU" });
});

test.each([
  ["nothing", ""],
  ["no JSON", "Traceback (most recent call last):"],
  ["two lines", `${JSON.stringify(valid)}\n${JSON.stringify(valid)}\n`],
  ["a line before it", `hello\n${JSON.stringify(valid)}\n`],
  ["a number", "1"],
  ["null", "null"],
  ["an unknown status", JSON.stringify({ ...valid, status: "fine" })],
  ["a field too many", JSON.stringify({ ...valid, raw: -5 })],
  ["a missing field", JSON.stringify({ ...valid, floorMs: undefined })],
  ["no calls", JSON.stringify({ ...valid, calls: [] })],
  ["a time of nothing", JSON.stringify({ ...valid, calls: [call(0)] })],
  ["a negative time", JSON.stringify({ ...valid, calls: [call(-1)] })],
  ["a time that is no number", JSON.stringify(valid).replace("0.4", "NaN")],
  ["a time without end", JSON.stringify(valid).replace("0.4", "1e999")],
  ["a time as text", JSON.stringify(valid).replace("0.4", '"0.4"')],
  ["a reason that is no text", JSON.stringify({ status: "invalid", code: "x", reason: 1 })],
  ["no reason", JSON.stringify({ status: "invalid", code: "x", reason: "" })],
  ["a torn end", JSON.stringify(valid).slice(0, -2)],
])("%s is no result", (_, text) => {
  expect(readHarnessOutput(text)).toBeUndefined();
});

test("the raw score is ln of the median milliseconds", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  const result = validResult(valid);
  if (result.status !== "valid") throw new Error(result.reason);
  expect(result.raw).toBeCloseTo(Math.log(0.5));
  expect(result.message).toMatch(/ln of 0\.5000 ms/);
  expect(JSON.parse(JSON.stringify(result.details))).toEqual(result.details);
});
