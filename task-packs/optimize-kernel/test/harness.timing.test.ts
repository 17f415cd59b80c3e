import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HarnessOutput } from "../src/harness-output.ts";
import { rawScore } from "../src/measurement.ts";
import { buildBench, measure, type Bench } from "./bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await buildBench();
});
afterAll(() => bench.close());

const cheat = (name: string): string => `cheats/mini/${name}/solution.c`;
const reasonOf = (output: HarnessOutput): string => (output.status === "invalid" ? output.code : output.status);

describe("honest solutions", () => {
  test("the reference is faster than the start, and neither is below the floor", async () => {
    const output = await measure(bench, "reference/mini/solution.c");
    if (output.status !== "valid") throw new Error(JSON.stringify(output));
    expect(output.cases).toHaveLength(12);
    expect(rawScore(output.cases, "reference")).toBeLessThan(rawScore(output.cases, "start"));
  });

  test("a solution finds no secret, while it is loaded or while it runs", async () => {
    expect(reasonOf(await measure(bench, "test/solutions/look-around.c"))).toBe("valid");
  });
});

describe("solutions at fault are told why", () => {
  test.each([
    ["test/solutions/misspelt.c", "missing-symbol", /prefix_sum/],
    ["test/solutions/never-returns.c", "timeout", /2 s/],
    [cheat("exit-early"), "exit", /exit code 0/],
    [cheat("overwrite-the-input"), "crash", /SIGSEGV.*n = \d+/],
    [cheat("guess-by-size"), "wrong-result", /n = \d+: y\[\d+\] should be -?\d+ and is -?\d+/],
  ])("%s → %s", async (solution, code, reason) => {
    const output = await measure(bench, solution);
    expect(output).toMatchObject({ status: "invalid", code, reason: expect.stringMatching(reason) as string });
  });

  // The filter is Linux's.
  test.runIf(process.platform === "linux").each([
    ["stop-the-harness", /kill/],
    ["trace-the-harness", /ptrace/],
    ["read-the-grader", /process_vm_readv/],
    ["starve-the-anchors", /clone/],
  ])("%s is refused by name", async (name, reason) => {
    expect(await measure(bench, cheat(name))).toMatchObject({
      status: "invalid",
      code: "forbidden-call",
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe("each safeguard stops its exploit, and lets it through when switched off", () => {
  test("freeze: work in flight", async () => {
    expect(reasonOf(await measure(bench, cheat("in-flight-threads")))).toBe("wrong-result");
    expect(reasonOf(await measure(bench, cheat("in-flight-threads"), ["freeze", "floor"]))).toBe("valid");
  });

  test("floor: what is too fast to be true", async () => {
    expect(reasonOf(await measure(bench, cheat("in-flight-threads"), ["freeze"]))).toBe("below-floor");
  });

  test("fresh inputs and poisoned outputs: answers from before", async () => {
    expect(reasonOf(await measure(bench, cheat("leave-as-it-is"), ["fresh"]))).toBe("wrong-result");
    const reused = await measure(bench, cheat("leave-as-it-is"), ["fresh", "poison", "floor"]);
    if (reused.status !== "valid") throw new Error(JSON.stringify(reused));
    expect(rawScore(reused.cases, "submission")).toBeLessThan(rawScore(reused.cases, "start") - 0.5);
  });

  test("fresh inputs: outputs kept for the same input", async () => {
    const large = (output: HarnessOutput): number => {
      if (output.status !== "valid") throw new Error(JSON.stringify(output));
      const cases = output.cases.filter(({ chained }) => !chained);
      return rawScore(cases, "submission") - rawScore(cases, "start");
    };
    expect(large(await measure(bench, cheat("cached-output"), ["fresh", "floor"]))).toBeLessThan(-0.3);
    expect(large(await measure(bench, cheat("cached-output")))).toBeGreaterThan(-0.3);
  });

  test("guard: writes past the end", async () => {
    expect(reasonOf(await measure(bench, cheat("write-past-the-end")))).toBe("out-of-bounds");
    expect(reasonOf(await measure(bench, cheat("write-past-the-end"), ["guard"]))).toBe("valid");
  });

  test.runIf(process.platform === "linux")("seccomp: processes of one's own", async () => {
    expect(reasonOf(await measure(bench, cheat("shell-out")))).toBe("forbidden-call");
    expect(reasonOf(await measure(bench, cheat("shell-out"), ["seccomp"]))).toBe("valid");
  });
});
