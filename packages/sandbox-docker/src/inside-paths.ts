import type { SandboxLayout, SandboxUser } from "@rebench/core";

/** Where everything is in every container of ours; `inside/final.dockerfile` makes these folders. */
export const layout: SandboxLayout = {
  home: "/home/agent",
  solution: "/home/agent/solution",
  task: "/opt/rebench/task",
  tools: "/opt/rebench/bin",
  socket: "/run/rebench/relay.sock",
  sharedMemory: "/dev/shm",
  harness: "/home/harness",
};

export const program = "/opt/rebench/bin/rebench-inside";

/** The supervisor's own folder: root's alone. */
export const stateFolder = "/var/lib/rebench";

/** Volumes: what is written there outlives the processes. */
export const volumes = ["/home", "/tmp", layout.task, stateFolder] as const;

export const users: Readonly<Record<SandboxUser | "root", { readonly id: number; readonly name: string }>> = {
  root: { id: 0, name: "0:0" },
  agent: { id: 1000, name: "1000:1000" },
  harness: { id: 1001, name: "1001:1001" },
};
