import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { median } from "../../src/full/result.ts";
import { buildBench, harnessFolder, measure, missingHere, oneUserHere, run, testFolder, type Bench } from "./bench.ts";

const missing = await missingHere();
let bench: Bench;
beforeAll(async () => {
  if (missing === undefined) bench = await buildBench();
});
afterAll(() => bench?.close());

test("what a call is made of, with a device that follows a script", async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const { stderr } = await run("python3", ["-B", "-m", "unittest", "-q", "measure_test"], {
    cwd: testFolder,
    env: { ...process.env, PYTHONPATH: harnessFolder },
  });
  expect(stderr).toMatch(/OK/);
});

test("as two users, who look around and find each other closed", async (context) => {
  const reason = missing ?? (await oneUserHere());
  if (reason !== undefined) return context.skip(reason);
  const output = await measure(bench, "test/full/solutions/look-around.py", { twoUsers: true });
  expect(output).toMatchObject({ status: "valid" });
});

describe.skipIf(missing !== undefined)("solutions", () => {
  test("the start is valid, on every kind of input, and slower than the floor", async () => {
    const output = await measure(bench, "start/full/solution.py", { workers: 2, calls: 3 });
    if (output.status !== "valid") throw new Error(JSON.stringify(output));
    expect(output.calls).toHaveLength(6);
    expect(output.warmUpMs.map((calls) => calls.length)).toEqual([3, 1]);
    expect(new Set(output.calls.map(({ distribution }) => distribution)).size).toBeGreaterThan(2);
    expect(median(output.calls.map(({ ms }) => ms))).toBeGreaterThan(Math.min(...output.floorMs));
  });

  test.each([
    ["misspelt", "missing-function", /prefix_sum/],
    ["raises", "raised", /n = 1 raised:[^]*ValueError: a \?\[31mred/],
    ["does-not-load", "load", /a_module_that_is_not_there/],
    ["crashes", "crash", /SIGSEGV in a call with n = 1/],
    ["off-by-one", "wrong-result", /n = \d+: y\[\d+\] should be -?\d+ and is -?\d+/],
  ])("%s → %s", async (solution, code, reason) => {
    expect(await measure(bench, path.join("test/full/solutions", `${solution}.py`))).toMatchObject({
      status: "invalid",
      code,
      reason: expect.stringMatching(reason) as string,
    });
  });

  test.each([
    ["never-returns", "a call with n = 16384 took more than 0.5 s", { callSeconds: 0.5 }],
    ["never-loads", "loading the solution took more than 2 s", { loadSeconds: 2 }],
  ])("%s → timeout", async (solution, reason, limits) => {
    const file = path.join("test/full/solutions", `${solution}.py`);
    expect(await measure(bench, file, { sizes: [], warmUps: 0, ...limits })).toMatchObject({ code: "timeout", reason });
  });
});
