import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ScoringProcess, type Answer } from "../src/process/scoring-process.ts";
import { golden, goldenFile, windows } from "./golden-files.ts";
import { mutatedGraph, mutatedWeights, seeded } from "./mutations.ts";

export interface Fuzzed {
  readonly kind: "graph" | "weights";
  readonly file: string;
  readonly answer: Answer;
}

const secondsEach = 20;

/** Spoils golden files and has their loss measured, one process for as many as it survives. */
export async function fuzz(seed: number, count: number, folder: string): Promise<readonly Fuzzed[]> {
  const chance = seeded(seed);
  const graph = readFileSync(goldenFile("causal.onnx"));
  const weights = readFileSync(goldenFile("causal.safetensors"));
  const fuzzed: Fuzzed[] = [];
  let opened: ScoringProcess | null = null;
  for (let index = 0; index < count; index += 1) {
    const kind = index % 2 === 0 ? "graph" : "weights";
    const file = path.join(folder, `${index}.${kind === "graph" ? "onnx" : "safetensors"}`);
    await writeFile(file, kind === "graph" ? mutatedGraph(graph, chance) : mutatedWeights(weights, chance));
    opened ??= await ScoringProcess.start({ memoryMb: 512, runtime: true });
    const answer = await measure(opened, kind, file);
    if (answer.kind !== "verdict") {
      await opened.close();
      opened = null;
    }
    fuzzed.push({ kind, file, answer });
  }
  await opened?.close();
  return fuzzed;
}

function measure(opened: ScoringProcess, kind: "graph" | "weights", file: string): Promise<Answer> {
  const { tokens, targets, ...rest } = windows(golden.causal.targets);
  return opened.ask({
    request: {
      type: "loss",
      graph: kind === "graph" ? file : goldenFile("causal-bare.onnx"),
      weights: kind === "graph" ? null : file,
      values: tokens.length,
      batchRows: 5,
      threads: 1,
      ...rest,
    },
    parts: [tokens, targets],
    timeoutSeconds: secondsEach,
    signal: undefined,
    progress: undefined,
  });
}
