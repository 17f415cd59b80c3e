import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packRoot } from "./bench.ts";

const run = promisify(execFile);
const kernels = path.join(packRoot, "kernel");
let folder: string;
let missing: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "optimize-kernel-opencl-"));
  const sources = ["run_opencl.c", "copy.c", "conditional_scan.c"].map((name) => path.join(kernels, name));
  const library = process.platform === "darwin" ? ["-framework", "OpenCL"] : ["-lOpenCL"];
  try {
    await run("cc", ["-O2", "-std=gnu11", "-pthread", ...sources, "-o", `${folder}/run_opencl`, ...library]);
  } catch {
    missing = "no OpenCL headers or library here";
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.for([1, 4097, 1_000_003])("device kernels agree with their C twins, n = %i", async (n, context) => {
  if (missing !== undefined) return context.skip(missing);
  const result = await run(`${folder}/run_opencl`, [kernels, String(n), String(randomInt(2 ** 31))]).catch(
    (error: { code?: number; stdout?: string; stderr?: string }) => error,
  );
  if ("code" in result && result.code === 2) return context.skip(`no usable OpenCL device: ${result.stderr ?? ""}`);
  expect(JSON.parse(result.stdout ?? "")).toMatchObject({ n });
  expect(result).not.toHaveProperty("code");
});
