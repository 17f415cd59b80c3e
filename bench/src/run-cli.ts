import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

export interface CliUse {
  readonly seconds: number;
  /** Most memory that the runner held, megabytes; null where the system does not tell. */
  readonly peakMb: number | null;
}

/** Runs the command line in a home of its own and watches how much memory its process takes. */
export async function runCli(arguments_: readonly string[]): Promise<CliUse> {
  const home = await mkdtemp(path.join(os.tmpdir(), "rebench-bench-"));
  const began = performance.now();
  const child = spawn(process.execPath, ["apps/runner/bin/rebench.mjs", ...arguments_, "--home", home], {
    cwd: checkout,
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakMb: number | null = null;
  const watch = setInterval(() => (peakMb = Math.max(peakMb ?? 0, highWater(child.pid) ?? 0)), 100);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  await rm(home, { recursive: true, force: true });
  if (code !== 0) throw new Error(`rebench ${arguments_.join(" ")} exited with ${code}`);
  return { seconds, peakMb };
}

function highWater(pid: number | undefined): number | null {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? null : Number(match[1]) / 1024;
  } catch {
    return null;
  }
}
