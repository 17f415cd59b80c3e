import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { createOnnxScoring } from "@rebench/onnx-scoring";
import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";

interface CheckObject {
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

const pack = path.join(import.meta.dirname, "../../../task-packs/fix-embedding");
const inPack = (relative: string): string => path.join(pack, relative);
const files = {
  start: "start/mini/fixed_model.safetensors",
  reference: "reference/mini/fixed_model.safetensors",
  intact: "hidden/mini/intact.safetensors",
};
const context = 128;

/** The loss as the pack's scorer measures it. */
async function hostLoss(weights: string): Promise<number> {
  const stored = await readFile(inPack("hidden/mini/windows.bin"));
  const rows = stored.length / 2 / (context + 1);
  const at = (row: number, column: number): number => stored.readUInt16LE(2 * (row * (context + 1) + column));
  const cells = Array.from(
    { length: rows * context },
    (_, cell) => [Math.floor(cell / context), cell % context] as const,
  );
  const verdict = await createOnnxScoring().crossEntropy({
    graph: inPack("hidden/mini/model.onnx"),
    weights: inPack(weights),
    input: "tokens",
    output: "logits",
    tokens: Int32Array.from(cells, ([row, column]) => at(row, column)),
    targets: Int32Array.from(cells, ([row, column]) => at(row, column + 1)),
    columns: context,
    vocabulary: 2048,
    batchRows: 16,
    threads: 2,
    memoryMb: 2048,
    timeoutSeconds: 300,
  });
  if (verdict.status === "refused") throw new Error(verdict.reason);
  return verdict.loss;
}

describe("fix-embedding mini", () => {
  it.each(Object.entries(files))("has PyTorch's loss for the %s model", { timeout: 120_000 }, async (name, file) => {
    const stored = JSON.parse(await readFile(inPack("test/pytorch-losses.json"), "utf8")) as Record<string, number>;
    expect(Math.abs((await hostLoss(file)) - (stored[name] ?? Number.NaN))).toBeLessThan(1e-4);
  });

  it("has the loss that PyTorch measures now", { timeout: 120_000 }, async (test) => {
    const python = "/usr/bin/python3";
    const torch = await promisify(execFile)(python, [inPack("test/pytorch_losses.py"), "reference"]).catch(
      () => undefined,
    );
    if (torch === undefined) return test.skip(`${python} has no PyTorch here`);
    const { reference } = JSON.parse(torch.stdout) as { reference: number };
    expect(Math.abs((await hostLoss(files.reference)) - reference)).toBeLessThan(1e-4);
  });

  it("gives nothing for doing nothing and 1 for the reference", { timeout: 180_000 }, async () => {
    await using bench = await Bench.open();
    const nop = await bench.json("run", "fix-embedding", "--agent", "nop");
    expect(nop.value.attempts[0]?.score?.normalized).toBeLessThanOrEqual(0.02);
    const reference = await bench.json("run", "fix-embedding", "--agent", "reference");
    expect(reference.value.attempts[0]?.score?.normalized).toBeCloseTo(1, 2);
  });

  it("tells its rungs apart", { timeout: 300_000 }, async () => {
    await using bench = await Bench.open();
    const { code, value } = await bench.json<CheckObject>("pack", "check", "fix-embedding", "--only", "rungs");
    expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(code).toBe(0);
  });
});
