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

/** Runs a script of a copy of these files, where it may write; gives what it wrote. */
async function made(
  files: readonly string[],
  script: string,
  args: readonly string[],
  written: string,
): Promise<Buffer> {
  const copy = await mkdtemp(path.join(tmpdir(), "fix-embedding-files-"));
  try {
    for (const file of files) await cp(path.join(packRoot, file), path.join(copy, file), { recursive: true });
    await run(python ?? "", [path.join(copy, script), ...args], { cwd: copy });
    return await readFile(path.join(copy, written));
  } finally {
    await rm(copy, { recursive: true });
  }
}

const stored = (file: string): Promise<Buffer> => readFile(path.join(packRoot, file));

test("the damaged model is what the damage makes of the undamaged one", async (context) => {
  if (python === undefined) return context.skip("no Python with PyTorch here");
  const files = ["hidden/mini", "start/mini/model.py", "start/mini/weights.py"];
  const large = "start/mini/large_model.safetensors";
  expect((await made(files, "hidden/mini/damage.py", [], large)).equals(await stored(large))).toBe(true);
});

test("the starting submission is the small model in the large one's shape", async (context) => {
  if (python === undefined) return context.skip("no Python with PyTorch here");
  const folded = await made(["reference/solve", "start/mini"], "reference/solve/fold_small.py", ["out"], "out");
  expect(folded.equals(await stored("start/mini/fixed_model.safetensors"))).toBe(true);
});

test("the first rung is the start, and the reference is its rung", async () => {
  const same = async (one: string, other: string): Promise<boolean> =>
    (await stored(`${one}/fixed_model.safetensors`)).equals(await stored(`${other}/fixed_model.safetensors`));
  expect(await same("start/mini", "rungs/mini/01-start")).toBe(true);
  expect(await same("reference/mini", "rungs/mini/05-reference")).toBe(true);
});
