import { readFile } from "node:fs/promises";
import path from "node:path";
import type { CrossEntropyOptions, LossVerdict, OnnxScoring, ScoringContext, WeightsVerdict } from "@rebench/task-kit";
import { expect, test } from "vitest";
import { leastDistance, offset, rawScore } from "../src/mini/raw-score.ts";
import { score } from "../src/mini/scorer.ts";
import { tensors } from "../src/mini/shape.ts";
import { splitWindows } from "../src/mini/windows.ts";

const packRoot = path.join(import.meta.dirname, "..");

/** A scoring whose host answers as told; keeps what it was asked to measure. */
function contextWith(
  weights: WeightsVerdict,
  loss: LossVerdict,
): { context: ScoringContext; asked: CrossEntropyOptions[] } {
  const asked: CrossEntropyOptions[] = [];
  const onnx: OnnxScoring = {
    inspectGraph: () => Promise.reject(new Error("this task takes no graphs")),
    inspectWeights: () => Promise.resolve(weights),
    crossEntropy: (options) => {
      asked.push(options);
      return Promise.resolve(loss);
    },
  };
  const context: ScoringContext = {
    tier: "mini",
    purpose: "attempt",
    seed: "0".repeat(32),
    submission: { directory: "/submission", files: [], digest: "" },
    cpus: 1.5,
    signal: new AbortController().signal,
    packPath: (relative) => path.join(packRoot, relative),
    assetPath: (name) => name,
    openSandbox: () => Promise.reject(new Error("nothing of this task runs in a sandbox")),
    withTimingLease: (work) => work(),
    onnx,
    progress: () => undefined,
  };
  return { context, asked };
}

const accepted: WeightsVerdict = { status: "accepted", parameters: 2_197_632 };
const measured = (loss: number): LossVerdict => ({ status: "measured", loss, tokens: 51_200, seconds: 1 });

test("the score is the logarithm of the distance of the loss from the offset", async () => {
  const { context, asked } = contextWith(accepted, measured(offset + 1));
  expect(await score(context)).toMatchObject({ status: "valid", raw: expect.closeTo(0, 12) as number });
  expect(asked[0]).toMatchObject({ weights: "/submission/fixed_model.safetensors", columns: 128, threads: 1 });
  expect(asked[0]?.tokens.length).toBe(51_200);
});

test("a loss out of honest reach counts as the least distance", () => {
  expect(rawScore(offset - 1)).toBe(Math.log(leastDistance));
  expect(rawScore(0)).toBe(rawScore(offset + leastDistance / 2));
});

test("what the host refuses is invalid with its reason, and nothing is run for weights that do not fit", async () => {
  const refused = { status: "refused", code: "shape", reason: "embedding.weight has another shape" } as const;
  const unfit = contextWith(refused, measured(1));
  expect(await score(unfit.context)).toEqual({ status: "invalid", reason: refused.reason, details: { code: "shape" } });
  expect(unfit.asked).toEqual([]);
  expect(await score(contextWith(accepted, refused).context)).toMatchObject({ status: "invalid" });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("a loss of %d is invalid", async (loss) => {
  expect(await score(contextWith(accepted, measured(loss)).context)).toMatchObject({ status: "invalid" });
});

test("windows are split into tokens and what follows each", () => {
  const stored = Buffer.alloc(2 * 129 * 2);
  for (let at = 0; at < 258; at += 1) stored.writeUInt16LE(at, 2 * at);
  const { tokens, targets } = splitWindows(stored);
  expect([tokens[0], tokens[127], tokens[128]]).toEqual([0, 127, 129]);
  expect([targets[0], targets[127], targets[128]]).toEqual([1, 128, 130]);
  expect(() => splitWindows(stored.subarray(2))).toThrow("windows");
});

test("the tensors asked for are those of the starting file", async () => {
  const content = await readFile(path.join(packRoot, "start/mini/large_model.safetensors"));
  const header = JSON.parse(content.toString("utf8", 8, 8 + Number(content.readBigUInt64LE()))) as Record<
    string,
    { shape: number[] }
  >;
  expect(Object.fromEntries(Object.entries(header).map(([name, { shape }]) => [name, shape]))).toEqual(tensors);
});

test("the offset and the least distance are what the instructions say", async () => {
  const instructions = await readFile(path.join(packRoot, "instructions/mini.md"), "utf8");
  expect(instructions).toContain(`ln(loss - ${offset})`);
  expect(instructions).toContain(`Distances below ${leastDistance} count as ${leastDistance}.`);
});
