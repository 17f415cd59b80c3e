import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const packRoot = path.join(import.meta.dirname, "..");

/** Debian's, which has PyTorch where it is installed; another `python3` on the PATH need not. */
async function pythonWithTorch(): Promise<string | undefined> {
  for (const python of ["/usr/bin/python3", "python3"])
    if (
      await run(python, ["-c", "import numpy, torch"]).then(
        () => true,
        () => false,
      )
    )
      return python;
  return undefined;
}

const python = await pythonWithTorch();

test("the starting files are what the damage makes of the undamaged model", async (context) => {
  if (python === undefined) return context.skip("no Python with PyTorch here");
  const copy = await mkdtemp(path.join(tmpdir(), "fix-embedding-damage-"));
  try {
    for (const file of [
      "hidden/mini/damage.py",
      "hidden/mini/intact.safetensors",
      "start/mini/model.py",
      "start/mini/weights.py",
    ])
      await cp(path.join(packRoot, file), path.join(copy, file));
    await run(python, [path.join(copy, "hidden/mini/damage.py")]);
    for (const name of ["large_model.safetensors", "fixed_model.safetensors"])
      expect(
        (await readFile(path.join(copy, "start/mini", name))).equals(
          await readFile(path.join(packRoot, "start/mini", name)),
        ),
      ).toBe(true);
  } finally {
    await rm(copy, { recursive: true });
  }
});

test("start and submission are the same bytes, and the reference is its rung", async () => {
  const same = async (one: string, other: string): Promise<boolean> =>
    (await readFile(path.join(packRoot, one))).equals(await readFile(path.join(packRoot, other)));
  const start = "start/mini/fixed_model.safetensors";
  expect(await same(start, "start/mini/large_model.safetensors")).toBe(true);
  expect(await same(start, "rungs/mini/01-start/fixed_model.safetensors")).toBe(true);
  expect(await same("reference/mini/fixed_model.safetensors", "rungs/mini/05-reference/fixed_model.safetensors")).toBe(
    true,
  );
});
