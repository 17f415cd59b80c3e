import { randomInt } from "node:crypto";
import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canary } from "../../src/canary.ts";
import { full } from "../../src/full.ts";
import { limits } from "../../src/full/run-harness.ts";
import { deviceFlags } from "../../src/full/scorer.ts";
import { packRoot } from "../bench.ts";
import { harnessFolder, run, testFolder } from "./bench.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "optimize-kernel-sources-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
const nvcc = await works("nvcc", "--version");
const compiler = await works("c++", "--version");
const python = await works("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))");
const triton = python && (await works("python3", "-c", "import torch, triton"));

/** Unpacks an archive of the tier as anyone with the pack can. */
async function unpacked(archive: { readonly path: string; readonly password: string }): Promise<string> {
  const target = path.join(folder, archive.path.replace("/", "-"));
  const program = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2], pwd=sys.argv[3].encode())";
  await run("python3", ["-c", program, path.join(packRoot, archive.path), target, archive.password]);
  return target;
}

const archives = [full.reference, full.rungs].filter((location) => typeof location === "object");

/** The CUDA source that stands as text in the reference. */
async function kernelOfReference(): Promise<string> {
  const [reference] = archives;
  if (reference?.kind !== "archive") throw new TypeError("the reference is no archive");
  const program =
    "import ast, sys; print(next(n.value.value for n in ast.parse(open(sys.argv[1]).read()).body if isinstance(n, ast.Assign) and n.targets[0].id == 'SOURCE'))";
  const { stdout } = await run("python3", ["-c", program, path.join(await unpacked(reference), "solution.py")]);
  const file = path.join(folder, "scan.cu");
  await writeFile(file, stdout);
  return file;
}

test("the password stands where a person looks for it, and the archives hold nothing in the clear", async () => {
  const readme = await readFile(path.join(packRoot, "README.md"), "utf8");
  for (const archive of archives) {
    if (archive.kind !== "archive") throw new TypeError("not an archive");
    expect(readme).toContain(`Password of the archives: \`${archive.password}\``);
    expect(await readFile(path.join(packRoot, archive.path), "latin1")).not.toContain("prefix_sum");
  }
});

test("the instructions name the file, the function, the limits and the canary", async () => {
  const text = await readFile(path.join(packRoot, full.instructions), "utf8");
  const { loadSeconds, firstCallSeconds, callSeconds } = limits;
  const words = ["solution.py", "def prefix_sum(x: torch.Tensor, y: torch.Tensor)", "100,000,000", "256 KiB", canary];
  for (const word of [...words, ...[loadSeconds, firstCallSeconds, callSeconds].map((seconds) => `${seconds} s`)])
    expect(text).toContain(word);
});

test("every Python file compiles, those in the archives too", async (context) => {
  if (!python) return context.skip("no python3 of version 3.10 or later here");
  const files = globSync(["{harness,start,cheats,kernel,test}/**/*.py"], { cwd: packRoot }).map((file) =>
    path.join(packRoot, file),
  );
  for (const archive of archives) {
    if (archive.kind !== "archive") throw new TypeError("not an archive");
    const inside = globSync("**/*.py", { cwd: await unpacked(archive) });
    expect(inside.length).toBeGreaterThan(0);
    files.push(...inside.map((file) => path.join(folder, archive.path.replace("/", "-"), file)));
  }
  await run("python3", ["-m", "py_compile", ...files], {
    env: { ...process.env, PYTHONPYCACHEPREFIX: path.join(folder, "compiled") },
  });
});

test("the reference carries the canary", async (context) => {
  if (!python) return context.skip("no python3 here");
  const [reference] = archives;
  if (reference?.kind !== "archive") throw new TypeError("the reference is no archive");
  expect(await readFile(path.join(await unpacked(reference), "solution.py"), "utf8")).toContain(canary);
});

test("the harness's kernels compile for an H100", async (context) => {
  if (!nvcc) return context.skip("no nvcc on this machine");
  await run("nvcc", [...deviceFlags, path.join(harnessFolder, "device_cuda.cu"), "-o", path.join(folder, "device.so")]);
});

test("the reference's kernel compiles for an H100 without spilling", async (context) => {
  if (!nvcc || !python) return context.skip("no nvcc, or no python3, on this machine");
  const args = ["-O3", "-std=c++17", "-arch=sm_90", "-cubin", "-Xptxas", "-v"];
  const { stdout, stderr } = await run("nvcc", [
    ...args,
    await kernelOfReference(),
    "-o",
    path.join(folder, "scan.cubin"),
  ]);
  expect(stdout + stderr).toContain("0 bytes spill stores, 0 bytes spill loads");
});

test("the reference's kernel agrees with the plain loop, blocks in random order", async (context) => {
  if (!compiler || !python) return context.skip("no C++ compiler, or no python3, on this machine");
  const program = path.join(folder, "emulate-scan");
  const define = `-DKERNEL="${await kernelOfReference()}"`;
  const source = path.join(testFolder, "emulate-scan.cpp");
  await run("c++", ["-O1", "-std=c++17", "-fno-strict-aliasing", define, source, "-o", program]);
  const { stdout } = await run(program, [String(randomInt(2 ** 31)), "12"]);
  expect(JSON.parse(stdout)).toEqual({ tried: 21, wrong: 0 });
});

test("the harness's kernels draw, answer and compare as its device for processors does", async (context) => {
  if (!compiler || process.platform !== "linux") return context.skip("no C++ compiler, or not Linux");
  const object = path.join(folder, "device_cpu.o");
  await run("cc", ["-O2", "-c", path.join(harnessFolder, "device_cpu.c"), "-o", object]);
  const program = path.join(folder, "emulate-device");
  const source = path.join(testFolder, "emulate-device.cpp");
  await run("c++", ["-O1", "-std=c++17", `-I${harnessFolder}`, source, object, "-o", program]);
  const sizes = ["1", "17", "511", "512", "513", "100000", "262144", "262145", "1000003"];
  expect(JSON.parse((await run(program, sizes)).stdout)).toEqual({ tried: 7 * sizes.length, wrong: 0 });
});

test.for([1, 4097, 200_003])("the Triton kernels agree with PyTorch, n = %i", async (n, context) => {
  if (!triton) return context.skip("no PyTorch, or no Triton, on this machine");
  const program = path.join(packRoot, "kernel/run_triton.py");
  const { stdout } = await run("python3", ["-B", program, String(n), String(randomInt(2 ** 31))], {
    env: { ...process.env, TRITON_INTERPRET: "1" },
  });
  expect(JSON.parse(stdout)).toMatchObject({ device_copy: true, conditional_scan: true });
});
