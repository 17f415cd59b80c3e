import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const packRoot = path.join(import.meta.dirname, "..");
const python = "/usr/bin/python3";
// The reference's training draws the same batches; only the rounding of sums differs from machine to machine.
const nats = 0.02;

test("the reference's script makes a model as good as the stored one", { timeout: 1_800_000 }, async (context) => {
  const torch = await run(python, ["-c", "import numpy, torch"]).catch(() => undefined);
  if (torch === undefined) return context.skip(`${python} has no PyTorch here`);
  const copy = await mkdtemp(path.join(tmpdir(), "fix-embedding-make-"));
  try {
    for (const folder of ["start/mini", "reference/solve", "hidden/mini", "test"])
      await cp(path.join(packRoot, folder), path.join(copy, folder), { recursive: true });
    const made = "made.safetensors";
    await run(python, [path.join(copy, "reference/solve/repair.py"), path.join(copy, made)]);
    const { stdout } = await run(python, [path.join(copy, "test/pytorch_losses.py"), made]);
    const stored = JSON.parse(await readFile(path.join(packRoot, "test/pytorch-losses.json"), "utf8")) as {
      reference: number;
    };
    const found = JSON.parse(stdout) as Record<string, number>;
    expect(Math.abs((found[made] ?? Number.NaN) - stored.reference)).toBeLessThan(nats);
  } finally {
    await rm(copy, { recursive: true });
  }
});
