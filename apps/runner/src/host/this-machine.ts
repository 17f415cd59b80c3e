import os from "node:os";
import type { Machine } from "@rebench/core";
import { gpuModels } from "./gpus.ts";

/** What is recorded of this machine with every attempt. */
export async function thisMachine(): Promise<Machine> {
  return {
    node: process.versions.node,
    platform: os.platform(),
    arch: os.arch(),
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    gpus: await gpuModels(),
  };
}
