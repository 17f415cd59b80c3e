import type { LossVerdict } from "@rebench/task-kit";
import { expect, it } from "vitest";
import { encoded, floats, longs, node, tableGraph, value, type Graph } from "../../test/build-graph.ts";
import { floatWeights } from "../../test/build-weights.ts";
import { Refusal } from "../refusal.ts";
import { crossEntropy, type LossWork } from "./cross-entropy.ts";

const small: Omit<LossWork, "graph"> = {
  weights: null,
  input: "tokens",
  output: "logits",
  tokens: Int32Array.of(0, 1, 2, 3),
  targets: Int32Array.of(1, 2, 3, -1),
  columns: 4,
  vocabulary: 8,
  batchRows: 2,
  threads: 1,
  progress: () => undefined,
};

async function loss(graph: Graph, more: Partial<LossWork> = {}): Promise<LossVerdict> {
  try {
    return await crossEntropy({ ...small, graph: encoded(graph), ...more });
  } catch (error) {
    if (error instanceof Refusal) return { status: "refused", code: error.code, reason: error.message };
    throw error;
  }
}

async function refusal(graph: Graph, more: Partial<LossWork> = {}): Promise<string> {
  const verdict = await loss(graph, more);
  return verdict.status === "refused" ? `${verdict.code}: ${verdict.reason}` : verdict.status;
}

const weights = (name: string, shape: number[]): Uint8Array =>
  floatWeights({ [name]: { shape, values: new Array<number>(64).fill(0) } });

it("takes weights in the place of constants, and inputs of int32", async () => {
  const uniform = await loss(tableGraph(), { weights: weights("embedding", [8, 8]) });
  expect(uniform).toMatchObject({ status: "measured", tokens: 3, loss: expect.closeTo(Math.log(8), 6) as number });
  const narrow = { ...tableGraph(), input: [value("tokens", "int32", [null, 4])] };
  expect(await loss(narrow, { weights: weights("embedding", [8, 8]) })).toHaveProperty(
    "loss",
    expect.closeTo(Math.log(8), 6),
  );
});

it.each([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
])("refuses logits with %s, also beside the targets", async (_, bad) => {
  const graph = tableGraph([node("Add", ["table", "bad"], ["logits"])], {
    initializer: [floats("bad", [8], [0, 0, 0, 0, 0, 0, bad, 0])],
  });
  expect(await refusal(graph)).toBe("loss-not-finite: the graph gives logits that are not finite");
});

it("stands logits that exp cannot", async () => {
  const graph = tableGraph([node("Mul", ["table", "large"], ["logits"])], {
    initializer: [floats("large", [1], [1e30])],
  });
  expect(await refusal(graph)).toBe("measured");
});

it("refuses logits of another shape or type, and inputs nobody gives", async () => {
  const turned = { ...tableGraph([node("Transpose", ["table"], ["logits"])]), output: [{ name: "logits" }] };
  expect(await refusal(turned)).toMatch(
    "graph-signature: the logits have to be of shape [1, 4, 8] here, not [8, 4, 1]",
  );
  const halved = {
    ...tableGraph([node("Cast", ["table"], ["logits"], [{ name: "to", type: 2, i: 10n }])]),
    output: [{ name: "logits" }],
  };
  expect(await refusal(halved)).toMatch("of float, not float16");
  const more = { ...tableGraph(), input: [value("tokens", "int64", [null, 4]), value("more", "float", [1])] };
  expect(await refusal(more)).toMatch('has to take "tokens" alone, and takes "tokens", "more"');
  expect(await refusal(tableGraph(), { output: "other" })).toMatch('no output "other"');
});

it("refuses a graph that takes one row at a time", async () => {
  const fixed = tableGraph([node("Reshape", ["table", "one"], ["logits"])], {
    initializer: [longs("one", [1, 4, 8])],
  });
  const rows = { tokens: new Int32Array(8), targets: new Int32Array(8) };
  expect(await refusal({ ...fixed, output: [{ name: "logits" }] }, rows)).toMatch("graph-not-run");
});

it("refuses weights that have no place or another shape", async () => {
  expect(await refusal(tableGraph(), { weights: weights("other", [8, 8]) })).toBe(
    'weights-names: the graph has no place for tensor "other"',
  );
  expect(await refusal(tableGraph(), { weights: weights("embedding", [64]) })).toMatch(
    "has to be of shape [8, 8], not [64]",
  );
});
