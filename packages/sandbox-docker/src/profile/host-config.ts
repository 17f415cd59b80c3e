import type { SandboxResources } from "@rebench/core";
import type Docker from "dockerode";
import { volumes } from "../inside-paths.ts";

/** Processes of ours that live among the agent's: supervisor, disk watcher, the runner's pipe. */
const ownProcesses = 3;
const megabyte = 2 ** 20;

/**
 * The settings of every sandbox. No network, no capability, no way to gain privileges, a root that cannot be written, bounded
 * processes, memory, CPU and file size, and no file of the host's.
 */
export function hardenedProfile(resources: SandboxResources): Docker.HostConfig {
  const memory = Math.ceil(resources.memoryMb) * megabyte;
  return {
    NetworkMode: "none",
    CapDrop: ["ALL"],
    CapAdd: [],
    SecurityOpt: ["no-new-privileges"],
    Privileged: false,
    ReadonlyRootfs: true,
    IpcMode: "private",
    PidMode: "",
    UTSMode: "",
    PidsLimit: resources.pids + ownProcesses,
    Memory: memory,
    // The same: no swap.
    MemorySwap: memory,
    NanoCpus: Math.round(resources.cpus * 1e9),
    ShmSize: Math.ceil(resources.sharedMemoryMb ?? resources.memoryMb / 2) * megabyte,
    Ulimits: [
      { Name: "fsize", Soft: Math.ceil(resources.diskMb) * megabyte, Hard: Math.ceil(resources.diskMb) * megabyte },
      { Name: "nofile", Soft: 16384, Hard: 16384 },
      { Name: "core", Soft: 0, Hard: 0 },
    ],
    // Anonymous, so that they go with the container.
    Mounts: volumes.map((path) => ({ Type: "volume", Target: path, Source: "" })),
    Tmpfs: { "/run/rebench": "rw,nosuid,nodev,noexec,mode=755,size=1m" },
    Binds: [],
    LogConfig: { Type: "none", Config: {} },
    RestartPolicy: { Name: "no" },
    Init: false,
    ...(resources.gpus === undefined || resources.gpus === 0
      ? {}
      : { DeviceRequests: [{ Driver: "nvidia", Count: resources.gpus, Capabilities: [["gpu"]] }] }),
  };
}

/** For the companion that reads and writes a sandbox's volumes: four capabilities, nobody else's code. */
export function filesProfile(sandbox: string): Docker.HostConfig {
  return {
    NetworkMode: "none",
    CapDrop: ["ALL"],
    CapAdd: ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER"],
    SecurityOpt: ["no-new-privileges"],
    ReadonlyRootfs: true,
    IpcMode: "private",
    PidsLimit: 8,
    Memory: 128 * megabyte,
    MemorySwap: 128 * megabyte,
    VolumesFrom: [sandbox],
    LogConfig: { Type: "none", Config: {} },
    AutoRemove: true,
  };
}

/** For ending an agent that left no room for one more process: outside of its limits, among its processes, as its user. */
export function sweepProfile(sandbox: string): Docker.HostConfig {
  return {
    NetworkMode: "none",
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    ReadonlyRootfs: true,
    IpcMode: "private",
    PidMode: `container:${sandbox}`,
    PidsLimit: 8,
    Memory: 64 * megabyte,
    MemorySwap: 64 * megabyte,
    LogConfig: { Type: "none", Config: {} },
  };
}
