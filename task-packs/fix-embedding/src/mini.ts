import type { Tier } from "@rebench/task-kit";
import { score } from "./mini/scorer.ts";

/** A small language model on two processor cores. */
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
    workingSeconds: 4 * 60 * 60,
    wallSeconds: 6 * 60 * 60,
    // One every two minutes.
    scoreCalls: 120,
  },
  calibration: {
    files: ["calibration/steps.py", "start/mini/model.py"],
    argv: ["python3", "calibration/steps.py"],
    timeoutSeconds: 300,
    unit: "training steps/s",
    // `rebench pack calibrate`, three measurements on the machine of `measuredOn` when it was quiet: 3.41 ± 0.40.
    rate: 3.41,
    bounds: { least: 0.1, most: 4 },
  },
  conditions: {
    network: "none",
    tools: "the sandbox's shell, Python, PyTorch and NumPy",
    models: "none but the agent itself",
  },
  anchors: {
    kind: "fixed",
    // Losses of 3.8031 and 3.4006.
    start: -0.426005318,
    reference: -1.383960232,
    source: "start/mini and reference/mini, measured by this scorer",
  },
  // The windows are always the same; what is left is the rounding of sums on different processors.
  noise: 0.001,
  headroom: {
    bestKnown: 1,
    ceiling: "1.79: the undamaged model, 3.2670 nats a token",
  },
  measuredOn: {
    hardware: "2 hardware threads of an AMD EPYC (family 25, model 17) with AVX-512, Linux 6.18",
    date: "2026-11-23",
    command: "./rebench grade fix-embedding task-packs/fix-embedding/rungs/mini/05-reference",
  },
  reports: "confirmed",
  tools: [],
  scorer: {
    kind: "typescript",
    score,
    files: [
      "src/mini/scorer.ts",
      "src/mini/contract.ts",
      "src/mini/raw-score.ts",
      "src/mini/shape.ts",
      "src/mini/windows.ts",
      "hidden/mini/model.onnx",
      "hidden/mini/windows.bin",
    ],
    timeoutSeconds: 420,
  },
};
