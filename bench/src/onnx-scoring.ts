import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOnnxScoring } from "@rebench/onnx-scoring";
import type { OnnxScoring } from "@rebench/task-kit";
import type { Measurement } from "./measurement.ts";
import { median } from "./median.ts";

const python = "/usr/bin/python3";
const script = fileURLToPath(new URL("./onnx-scoring.py", import.meta.url));
const rounds = 3;
/** As the script has it. */
const shape = { columns: 128, vocabulary: 2048, batchRows: 16 };
const operators = [
  "Add", "Cast", "Concat", "Constant", "Div", "Erf", "Gather", "Identity", "LayerNormalization", "MatMul", "Mul", "Reshape", "Shape", "Slice",
  "Softmax", "Split", "Transpose", "Unsqueeze", "Where",
]; // prettier-ignore

/** Host scoring beside PyTorch on the same cores, in turns. Nothing where the machine's Python has no PyTorch. */
export async function onnxScoring(): Promise<readonly Measurement[]> {
  if (spawnSync(python, ["-c", "import torch"]).status !== 0) return [];
  const folder = mkdtempSync(join(os.tmpdir(), "rebench-bench-onnx-"));
  try {
    runPython(["export", folder]);
    const onnx = createOnnxScoring();
    return [await loss(onnx, folder), await walk(onnx, folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loss(onnx: OnnxScoring, folder: string): Promise<Measurement> {
  const graph = join(folder, "model.onnx");
  const stored = readFileSync(join(folder, "tokens.bin"));
  const all = new Int32Array(stored.buffer, stored.byteOffset, stored.length / 4);
  const half = all.length / 2;
  const threads = os.availableParallelism();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const verdict = await onnx.crossEntropy({
      graph,
      input: "tokens",
      output: "logits",
      tokens: all.slice(0, half),
      targets: all.slice(half),
      ...shape,
      threads,
      memoryMb: 1024,
      timeoutSeconds: 600,
    });
    if (verdict.status !== "measured") throw new Error(verdict.reason);
    ours.push(verdict.seconds);
    theirs.push(runPython(["loss", folder, String(threads)]));
  }
  return {
    name: `loss of a 2.6 M-parameter transformer over ${half} tokens against PyTorch on ${threads} threads`,
    ours: `${median(ours).toFixed(2)} s`,
    beside: `${median(theirs).toFixed(2)} s`,
    ratio: median(ours) / median(theirs),
    goal: 1,
  };
}

/** Twenty megabytes: the same graph with one large constant more. */
async function walk(onnx: OnnxScoring, folder: string): Promise<Measurement> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const graph = join(folder, "large.onnx");
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const verdict = await onnx.inspectGraph(graph, {
      maxBytes: 21e6,
      maxNodes: 2000,
      opset: { min: 17, max: 17 },
      operators,
      inputs: [{ name: "tokens", type: "int64", shape: [null, shape.columns] }],
      outputs: [{ name: "logits", type: "float", shape: [null, shape.columns, shape.vocabulary] }],
      maxFlops: 1e12,
    });
    if (verdict.status !== "accepted") throw new Error(verdict.reason);
    ours.push(performance.now() - began);
    const started = performance.now();
    spawnSync(process.execPath, ["-e", "0"]);
    theirs.push(performance.now() - started);
  }
  return {
    name: `inspection of a graph of ${(readFileSync(graph).length / 1e6).toFixed(0)} MB against node -e 0`,
    ours: `${median(ours).toFixed(0)} ms`,
    beside: `${median(theirs).toFixed(0)} ms`,
    ratio: median(ours) / median(theirs),
    goal: 25,
  };
}

function runPython(arguments_: readonly string[]): number {
  const { status, stdout, stderr } = spawnSync(python, ["-B", "-W", "ignore", script, ...arguments_], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return Number(stdout.trim() || "0");
}
