import { defineTask, defineTaskPack } from "@rebench/task-kit";
import { canary } from "./canary.ts";
import { submissionFile } from "./compiler.ts";
import { full } from "./full.ts";
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
  tiers: [mini, full],
  published: [],
});

export default defineTaskPack({
  title: "Make a compute kernel as fast as the machine allows",
  canary,
  tasks: [main],
});
