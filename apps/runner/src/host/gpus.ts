import { readdir, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { IsolationLevel, LoadedTask } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";

/** Where NVIDIA's driver tells of its devices (Linux). */
const driverFolder = "/proc/driver/nvidia/gpus";

/** The models of this machine's NVIDIA GPUs, e.g. `NVIDIA H100 80GB HBM3`; none where there is no driver. */
export async function gpuModels(folder = driverFolder): Promise<string[]> {
  const devices = await readdir(folder).catch(() => []);
  const texts = await Promise.all(devices.map((device) => readFile(path.join(folder, device, "information"), "utf8")));
  return texts.map((text) => /^Model:\s*(.*\S)/m.exec(text)?.[1] ?? "unknown model");
}

/**
 * Errors with code `sandbox.no-gpu` where a task's tier needs GPUs that this machine does not have. Another model counts as none:
 * full tiers are scored against times of their own hardware.
 */
export async function requireGpus(loaded: LoadedTask, models?: readonly string[]): Promise<void> {
  const { gpus } = loaded.tier.resources;
  if (gpus === undefined) return;
  const here = models ?? (await gpuModels());
  if (here.filter((model) => model.includes(gpus.model)).length >= gpus.count) return;
  const others = loaded.task.tiers.filter(({ resources }) => resources.gpus === undefined).map(({ name }) => name);
  const elsewhere = `run it on a machine with ${gpus.count === 1 ? "one" : gpus.count} and NVIDIA's container toolkit`;
  throw new RebenchError({
    code: "sandbox.no-gpu",
    message: `${loaded.reference.name} ${loaded.tier.name} needs ${gpus.count} × ${gpus.model}, and ${os.hostname()} has ${here.length === 0 ? "no NVIDIA GPU" : here.join(", ")}`,
    fix: others.length === 0 ? elsewhere : `${elsewhere}, or choose --tier ${others.join(" or ")}`,
  });
}

/** Errors with code `sandbox.no-gpu` where a tier with GPUs would run in the local sandbox, which passes no device on. */
export function requirePassedOn(loaded: LoadedTask, level: IsolationLevel): void {
  if (loaded.tier.resources.gpus === undefined || level === "docker") return;
  throw new RebenchError({
    code: "sandbox.no-gpu",
    message: `${loaded.reference.name} ${loaded.tier.name} needs a GPU, and the local sandbox (${level}) passes none on`,
    fix: "use --sandbox docker; `rebench doctor` says whether an engine answers",
  });
}
