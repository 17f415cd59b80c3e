import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CrossEntropyOptions, LossVerdict } from "@rebench/task-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoded, node, rules, tableGraph } from "../test/build-graph.ts";
import { golden, goldenFile, windows } from "../test/golden-files.ts";
import { createOnnxScoring } from "./onnx-scoring.ts";
import { readSafetensors } from "./weights/safetensors.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "rebench-onnx-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const onnx = createOnnxScoring();
const limits = { batchRows: 4, threads: 1, memoryMb: 256, timeoutSeconds: 30 };

async function stored(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

function loss(options: Partial<CrossEntropyOptions> & Pick<CrossEntropyOptions, "graph">): Promise<LossVerdict> {
  return onnx.crossEntropy({ ...windows(golden.causal.targets), ...limits, ...options });
}

describe("loss", () => {
  it("is PyTorch's, causal", async () => {
    const told: number[] = [];
    const verdict = await loss({ graph: goldenFile("causal.onnx"), progress: (fraction) => told.push(fraction) });
    expect(verdict).toMatchObject({ status: "measured", tokens: 120 });
    expect(verdict).toHaveProperty("loss", expect.closeTo(golden.causal.loss, 4));
    expect(told).toEqual([0.4, 0.8, 1]);
  });

  it("is PyTorch's, masked", async () => {
    const verdict = await loss({ ...windows(golden.masked.targets), graph: goldenFile("masked.onnx") });
    const predicted = golden.masked.targets.filter((target) => target >= 0).length;
    expect(verdict).toMatchObject({ status: "measured", tokens: predicted });
    expect(verdict).toHaveProperty("loss", expect.closeTo(golden.masked.loss, 4));
  });

  it("is the same with weights put into a bare graph, whatever the batches", async () => {
    for (const batchRows of [1, 100]) {
      const verdict = await loss({
        graph: goldenFile("causal-bare.onnx"),
        weights: goldenFile("causal.safetensors"),
        batchRows,
      });
      expect(verdict).toHaveProperty("loss", expect.closeTo(golden.causal.loss, 4));
    }
  });

  it("takes weights of half precision", async () => {
    const stored32 = readSafetensors(await readFile(goldenFile("causal.safetensors")));
    const rounded = Object.fromEntries(
      [...stored32].map(([name, { shape, bytes }]) => {
        const values = new Uint32Array(Uint8Array.from(bytes).buffer);
        return [name, { shape, halves: Uint16Array.from(values, (word) => word >>> 16) }];
      }),
    );
    const halves = await stored("bf16.safetensors", halfWeights(rounded));
    const verdict = await loss({ graph: goldenFile("causal-bare.onnx"), weights: halves });
    expect(verdict).toHaveProperty("loss", expect.closeTo(golden.causal.loss, 1));
    expect(verdict).not.toHaveProperty("loss", expect.closeTo(golden.causal.loss, 6));
  });

  it("tells the pack what it asked for wrongly", async () => {
    const graph = goldenFile("causal.onnx");
    const wrong = { code: "pack.onnx-windows" };
    await expect(loss({ graph, columns: 7 })).rejects.toMatchObject(wrong);
    await expect(loss({ graph, vocabulary: 10 })).rejects.toMatchObject(wrong);
    await expect(loss({ graph, batchRows: 0 })).rejects.toMatchObject(wrong);
    await expect(loss({ graph, targets: new Int32Array(120).fill(-1) })).rejects.toMatchObject(wrong);
    await expect(loss({ graph, targets: new Int32Array(12) })).rejects.toMatchObject(wrong);
  });

  it("does not begin after an abort", async () => {
    await expect(
      loss({ graph: goldenFile("causal.onnx"), signal: AbortSignal.abort(new Error("given up")) }),
    ).rejects.toThrow("given up");
    const over = createOnnxScoring({ signal: AbortSignal.abort(new Error("over")) });
    await expect(over.inspectWeights(goldenFile("causal.safetensors"), { maxBytes: 1, tensors: {} })).rejects.toThrow(
      "over",
    );
  });
});

describe("inspection", () => {
  it("accepts what PyTorch exports", async () => {
    const verdict = await onnx.inspectGraph(goldenFile("masked.onnx"), {
      maxBytes: 2 ** 20,
      maxNodes: 100,
      opset: { min: 17, max: 17 },
      operators: ["Add", "Conv", "Gather", "MatMul", "Relu", "Transpose"],
      inputs: [{ name: "tokens", type: "int64", shape: [null, golden.columns] }],
      outputs: [{ name: "logits", type: "float", shape: [null, golden.columns, golden.vocabulary] }],
      maxFlops: 1e6,
    });
    const [columns, width, vocabulary] = [golden.columns, 16, golden.vocabulary];
    expect(verdict).toMatchObject({
      status: "accepted",
      operators: { Add: 4, Conv: 3, Gather: 1, MatMul: 1, Relu: 3, Transpose: 2 },
      parameters: 2 * vocabulary * width + vocabulary + 3 * (width * width * 5 + width),
    });
    const products = 2 * columns * width * (3 * width * 5 + vocabulary);
    expect(verdict).toHaveProperty(
      "flops",
      expect.toSatisfy((flops: number) => flops > products && flops < 1.2 * products),
    );
  });

  it("says what it refuses, graphs and weights", async () => {
    const graph = await stored(
      "div.onnx",
      encoded(tableGraph([node("Div", ["table", "table"], ["logits"], [], { name: "x" })])),
    );
    expect(await onnx.inspectGraph(graph, rules)).toEqual({
      status: "refused",
      code: "graph-operator",
      reason: 'node "x" uses Div, which is not allowed',
    });
    const weights = goldenFile("causal.safetensors");
    expect(await onnx.inspectWeights(weights, { maxBytes: 2 ** 20, tensors: { a: [1] } })).toMatchObject({
      status: "refused",
      code: "weights-names",
    });
    const tensors = Object.fromEntries(
      [...readSafetensors(await readFile(weights))].map(([name, { shape }]) => [name, shape]),
    );
    expect(await onnx.inspectWeights(weights, { maxBytes: 2 ** 20, tensors })).toMatchObject({
      status: "accepted",
      parameters: 8320,
    });
  });
});

function halfWeights(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly halves: Uint16Array }>>,
): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let length = 0;
  for (const [name, { shape, halves }] of Object.entries(tensors)) {
    header[name] = { dtype: "BF16", shape, data_offsets: [length, length + halves.byteLength] };
    parts.push(Buffer.from(halves.buffer));
    length += halves.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, ...parts]);
}
