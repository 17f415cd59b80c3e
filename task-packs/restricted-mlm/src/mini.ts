import type { Tier } from "@rebench/task-kit";
import { score } from "./mini/scorer.ts";

/** PyTorch on two processor cores. */
export const mini: Tier = {
  name: "mini",
  instructions: "instructions/mini.md",
  background: "background",
  start: "start/mini",
  reference: { kind: "folder", path: "reference/mini" },
  rungs: "rungs/mini",
  cheats: "cheats/mini",
  hidden: "hidden/mini",
  container: { workspace: "container/mini" },
  resources: { cpus: 2, memoryMb: 4096, diskMb: 2048, pids: 256 },
  budget: {
    // Four hours: what a model has learnt from the text still grows by then.
    workingSeconds: 4 * 60 * 60,
    wallSeconds: 6 * 60 * 60,
    // One every two minutes, as often as a short training ends.
    scoreCalls: 120,
  },
  calibration: {
    files: ["calibration/rate.py"],
    argv: ["python3", "calibration/rate.py"],
    timeoutSeconds: 300,
    unit: "training steps/s",
    rate: 9.61,
    bounds: { least: 0.1, most: 4 },
  },
  conditions: {
    network: "none",
    tools: "the sandbox's shell, Python, PyTorch and NumPy",
    models: "none but the agent itself",
  },
  anchors: {
    kind: "fixed",
    start: 0.776175,
    reference: -1.142033,
    source: "start/mini and reference/mini, scored by this scorer",
  },
  noise: 0.001,
  headroom: {
    bestKnown: 1,
    ceiling:
      "not known: at 1.7 nats it is 1.24, at 1.6 it is 1.61; the reference had an hour and three quarters of one hardware thread",
  },
  measuredOn: {
    hardware: "2 hardware threads of an AMD EPYC (family 25, model 17) with AVX-512, Linux 6.18",
    date: "2026-11-23",
    command: "./rebench grade restricted-mlm task-packs/restricted-mlm/rungs/mini/06-reference",
  },
  reports: "confirmed",
  tools: [],
  scorer: {
    kind: "typescript",
    score,
    files: [
      "src/mini/scorer.ts",
      "src/mini/contract.ts",
      "src/mini/operators.ts",
      "src/mini/raw-score.ts",
      "src/mini/windows.ts",
      "hidden/mini/windows.bin",
    ],
    timeoutSeconds: 420,
  },
};
