import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import { expect, it } from "vitest";
import { gpuModels, requireGpus, requirePassedOn } from "./gpus.ts";

const mini = { name: "mini", resources: {} };
const full = { name: "full", resources: { gpus: { count: 2, model: "H100" } } };
const loaded = (tier: object): LoadedTask =>
  ({ reference: { name: "toy/main" }, tier, task: { tiers: [mini, full] } }) as unknown as LoadedTask;
const h100 = "NVIDIA H100 80GB HBM3";

it("refuses a tier whose GPUs are not here, and says what to do", async () => {
  await expect(requireGpus(loaded(full), [])).rejects.toMatchObject({
    code: "sandbox.no-gpu",
    message: expect.stringMatching(/toy\/main full needs 2 × H100.*no NVIDIA GPU/) as string,
    fix: expect.stringContaining("--tier mini") as string,
  });
  await expect(requireGpus(loaded(full), [h100])).rejects.toMatchObject({ code: "sandbox.no-gpu" });
  await expect(requireGpus(loaded(full), [h100, "NVIDIA A100"])).rejects.toMatchObject({ code: "sandbox.no-gpu" });
});

it("lets pass what has them, and what needs none", async () => {
  await requireGpus(loaded(full), [h100, h100]);
  await requireGpus(loaded(mini), []);
});

it("refuses the local sandbox for what needs a GPU", () => {
  expect(() => requirePassedOn(loaded(full), "bwrap")).toThrow(/passes none on/);
  requirePassedOn(loaded(full), "docker");
  requirePassedOn(loaded(mini), "bwrap");
});

it("reads what the driver tells", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-gpus-"));
  try {
    await mkdir(path.join(folder, "0000:01:00.0"));
    const text = `Model: \t\t ${h100}\nIRQ:   \t\t 17\n`;
    await writeFile(path.join(folder, "0000:01:00.0", "information"), text);
    expect(await gpuModels(folder)).toEqual([h100]);
    expect(await gpuModels(path.join(folder, "nothing"))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
