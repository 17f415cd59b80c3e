import type { Tier } from "@rebench/task-kit";
import type { AttemptSpec } from "./attempt-spec.ts";

/** What a sandbox of the tier gets. */
export function tierResources({ resources }: Tier): AttemptSpec["resources"] {
  const { cpus, memoryMb, diskMb, pids, sharedMemoryMb, gpus } = resources;
  return {
    cpus,
    memoryMb,
    diskMb,
    pids,
    ...(sharedMemoryMb === undefined ? {} : { sharedMemoryMb }),
    ...(gpus === undefined ? {} : { gpus: gpus.count }),
  };
}
