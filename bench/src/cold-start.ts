import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";

const bin = fileURLToPath(new URL("../../apps/runner/bin/rebench.mjs", import.meta.url));
const rounds = 20;

function milliseconds(arguments_: readonly string[]): number {
  const began = performance.now();
  spawnSync(process.execPath, arguments_, { stdio: "ignore" });
  return performance.now() - began;
}

/** `rebench --help` against a Node that does nothing, in turns. */
export function coldStart(): Measurement {
  const ours: number[] = [];
  const bare: number[] = [];
  milliseconds([bin, "--help"]);
  for (let round = 0; round < rounds; round += 1) {
    ours.push(milliseconds([bin, "--help"]));
    bare.push(milliseconds(["-e", "0"]));
  }
  return {
    name: "CLI cold start against node -e 0",
    ours: `${median(ours).toFixed(0)} ms`,
    beside: `${median(bare).toFixed(0)} ms`,
    ratio: median(ours) / median(bare),
    goal: 4,
  };
}
