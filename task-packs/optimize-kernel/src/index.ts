import { defineTask, defineTaskPack } from "@rebench/task-kit";
import { canary } from "./canary.ts";
import { submissionFile } from "./compiler.ts";
import { mini } from "./mini.ts";

const main = defineTask({
  id: "main",
  title: "Optimise a kernel: conditional prefix sum",
  kinds: ["optimise"],
  leansOn: "implementation",
  submission: {
    entries: [{ path: submissionFile, kind: "file", required: true, maxBytes: 256 * 1024 }],
    maxFiles: 1,
  },
  score: { unit: "ln(ns/element)", direction: "lower" },
  aggregate: "best",
  services: [],
  tiers: [mini],
  published: [
    {
      name: "full",
      // ln(milliseconds) for 10^8 elements on one H100: 4.728 ms and 1.6 ms.
      anchors: { start: 1.55353028, reference: 0.470003629, source: "METR/RE-Bench, ai_rd_triton_cumsum v0.2.5" },
      baselines: "baselines/full.json",
    },
  ],
});

export default defineTaskPack({
  title: "Make a compute kernel as fast as the machine allows",
  canary,
  tasks: [main],
});
