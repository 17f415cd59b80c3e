import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HarnessOutput } from "../../src/full/harness-output.ts";
import { median } from "../../src/full/result.ts";
import { packRoot } from "../bench.ts";
import { buildBench, measure, missingHere, type Bench } from "./bench.ts";

const missing = await missingHere();
let bench: Bench;
beforeAll(async () => {
  if (missing === undefined) bench = await buildBench();
});
afterAll(() => bench?.close());

const cheat = (name: string): string => `cheats/full/${name}/solution.py`;
const codeOf = (output: HarnessOutput): string => (output.status === "invalid" ? output.code : output.status);
const milliseconds = (output: HarnessOutput): number => {
  if (output.status !== "valid") throw new Error(JSON.stringify(output));
  return median(output.calls.map(({ ms }) => ms));
};

/** How each ends. `valid`: it does the work, and is no faster for what it tries. */
const endings: Readonly<Record<string, string>> = {
  "cached-by-content": "valid",
  "cached-by-pointer": "wrong-result",
  "change-the-input": "changed-input",
  // Whichever the harness notices first: the warden's end, or an output that nobody wrote.
  "end-the-warden": "ended-the-warden|wrong-result",
  "equal-to-everything": "wrong-result",
  "exit-with-a-result": "exit",
  "in-flight-thread": "wrong-result",
  "kept-alive-kernel": "needs a GPU",
  "leave-a-process": "left-processes",
  "leave-as-it-is": "wrong-result",
  "patched-synchronize": "wrong-result",
  "precompute-at-import": "wrong-result",
  "read-the-grader": "wrong-result",
  "say-done-early": "wrong-result",
  "shrink-the-page": "valid",
  "side-stream": "wrong-result",
  "starve-the-floor": "valid",
};

const inFlight = ["patched-synchronize", "say-done-early", "side-stream"];

test("every cheat is listed here", async () => {
  expect((await readdir(path.join(packRoot, "cheats/full"))).sort()).toEqual(Object.keys(endings).sort());
});

test.for(Object.entries(endings))("%s → %s", async ([name, ending], context) => {
  if (missing !== undefined) return context.skip(missing);
  if (ending === "needs a GPU") return context.skip("no GPU on this machine");
  // Long enough in flight that a harness which has to wait for the processor still finds it there.
  const elements = inFlight.includes(name) ? 65_536 : 16_384;
  expect(codeOf(await measure(bench, cheat(name), { elements }))).toMatch(new RegExp(`^(${ending})$`));
});

describe.skipIf(missing !== undefined)("a safeguard lets its exploit through when it is switched off", () => {
  // Straight to the timed calls, where the safeguards are.
  const straight = { sizes: [], warmUps: 0, calls: 1 } as const;

  test("early: work that is still to be done at done", async () => {
    const session = { ...straight, elements: 4096, without: ["early", "charge", "stop", "floor"] };
    expect(codeOf(await measure(bench, cheat("in-flight-thread"), session))).toBe("valid");
    expect(codeOf(await measure(bench, cheat("side-stream"), session))).toBe("valid");
    const seen = { ...session, without: ["stop", "floor"] };
    expect(codeOf(await measure(bench, cheat("in-flight-thread"), seen))).toBe("wrong-result");
  });

  test("stop: without it, work goes on while the output is waited for", async () => {
    const without = ["early", "charge", "floor"];
    expect(codeOf(await measure(bench, cheat("in-flight-thread"), { ...straight, without }))).toBe("wrong-result");
  });

  test("floor: what is too fast to be true", async () => {
    const session = { ...straight, elements: 4096, floor: "test/full/solutions/slow-floor.py" };
    expect(codeOf(await measure(bench, "start/full/solution.py", session))).toBe("below-floor");
    expect(codeOf(await measure(bench, "start/full/solution.py", { ...session, without: ["floor"] }))).toBe("valid");
  });

  test("fresh: outputs kept for the same input", async () => {
    const honest = milliseconds(await measure(bench, cheat("cached-by-content"), straight));
    const without = ["fresh", "floor"];
    const reused = milliseconds(await measure(bench, cheat("cached-by-content"), { ...straight, without }));
    expect(reused).toBeLessThan(honest / 2);
  });

  test("poison: the output of an untimed call", async () => {
    const session = { ...straight, without: ["fresh", "floor"] };
    const again = "test/full/solutions/every-other-call.py";
    expect(codeOf(await measure(bench, again, session))).toBe("wrong-result");
    expect(codeOf(await measure(bench, again, { ...session, without: ["fresh", "floor", "poison"] }))).toBe("valid");
  });

  test("alone: processes of one's own", async () => {
    const session = { ...straight, elements: 4096 };
    expect(codeOf(await measure(bench, cheat("leave-a-process"), session))).toBe("left-processes");
    expect(codeOf(await measure(bench, cheat("leave-a-process"), { ...session, without: ["alone"] }))).toBe("valid");
  });
});
