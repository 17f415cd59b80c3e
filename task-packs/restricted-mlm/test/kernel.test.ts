import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const kernels = path.join(import.meta.dirname, "../kernel");
let folder: string;
let missing: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "restricted-mlm-opencl-"));
  const sources = ["run_opencl.c", "masked_cross_entropy.c"].map((name) => path.join(kernels, name));
  const libraries = process.platform === "darwin" ? ["-framework", "OpenCL"] : ["-lOpenCL", "-lm"];
  try {
    await run("cc", ["-O2", "-std=gnu11", ...sources, "-o", `${folder}/run_opencl`, ...libraries]);
  } catch {
    missing = "no C compiler, OpenCL headers or library here";
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.for([
  [1, 1],
  [97, 5],
  [640, 2048],
])("the device kernel agrees with its C twin, %i places of %i logits", async ([places, vocabulary], context) => {
  if (missing !== undefined) return context.skip(missing);
  const argv = [kernels, String(places), String(vocabulary), String(randomInt(2 ** 31))];
  const result = await run(`${folder}/run_opencl`, argv).catch(
    (error: { code?: number; stdout?: string; stderr?: string }) => error,
  );
  if ("code" in result && result.code === 2) return context.skip(`no usable OpenCL device: ${result.stderr ?? ""}`);
  expect(JSON.parse(result.stdout ?? "")).toMatchObject({ places, vocabulary });
  expect(result).not.toHaveProperty("code");
});
