import type { SandboxLayout } from "@rebench/core";

/** Where a sandbox with a file system of its own has its folders. */
export const insideLayout: SandboxLayout = {
  home: "/home/agent",
  solution: "/home/agent/solution",
  task: "/opt/rebench/task",
  tools: "/opt/rebench/tools",
  socket: "/run/rebench/relay.sock",
  sharedMemory: "/dev/shm",
  harness: "/home/harness",
};

export const insideNode = "/opt/rebench/node";
