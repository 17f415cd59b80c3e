import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { lifelineDescriptor, replyDescriptor } from "./descriptors.ts";
import type { Reply } from "./protocol.ts";

/** A thread beside the one that works, which native code may keep busy: it sees when the host has gone, and when memory runs out. */
const { memoryMb } = workerData as { readonly memoryMb: number };
const mostBytes = process.memoryUsage.rss() + memoryMb * 2 ** 20;
const everyMilliseconds = 50;

const end = (): never => process.kill(process.pid, "SIGKILL") as never;

new Socket({ fd: lifelineDescriptor, readable: true, writable: false }).resume().on("close", end).on("error", end);
setInterval(() => {
  if (process.memoryUsage.rss() <= mostBytes) return;
  writeSync(replyDescriptor, `${JSON.stringify({ type: "memory" } satisfies Reply)}\n`);
  end();
}, everyMilliseconds);
parentPort?.postMessage("watching");
