import type { Tier } from "@rebench/task-kit";
import { score } from "./scorer.ts";

/** C on two processor cores. */
export const mini: Tier = {
  name: "mini",
  instructions: "instructions/mini.md",
  background: "background",
  start: "start/mini",
  reference: { kind: "folder", path: "reference/mini" },
  rungs: "rungs/mini",
  cheats: "cheats/mini",
  container: { workspace: "container/mini" },
  // The shared regions of the timing harness need 140 MB.
  resources: { cpus: 2, memoryMb: 2048, diskMb: 1024, pids: 256, sharedMemoryMb: 192 },
  budget: {
    // Four hours: the first hour brings vectors and threads, what lies beyond them keeps giving a few percent at a time.
    workingSeconds: 4 * 60 * 60,
    wallSeconds: 6 * 60 * 60,
    // One every two minutes. Noise is 0.03, so asking more often would reward luck, not work.
    scoreCalls: 120,
  },
  conditions: { network: "none", tools: "the sandbox's C compiler and shell", models: "none but the agent itself" },
  anchors: {
    kind: "measured",
    source: "start/mini and reference/mini, timed beside every submission",
  },
  noise: 0.03,
  headroom: {
    bestKnown: 1,
    ceiling: "about 1.2: a copy of x to y in the same cache state with the same threads",
  },
  measuredOn: {
    hardware: "2 cores of an AMD EPYC (family 25, model 17) with AVX-512, Linux 6.18, gcc 12.2",
    date: "2026-11-23",
    command: "./rebench grade optimize-kernel task-packs/optimize-kernel/rungs/mini/04-reference --repeat 10",
  },
  reports: "confirmed",
  tools: [
    {
      command: "cc",
      why: "compiles solutions and the harness that times them",
      install: { debian: "gcc libc6-dev", macos: "xcode-select --install" },
    },
  ],
  scorer: { kind: "typescript", score, timeoutSeconds: 180 },
};
