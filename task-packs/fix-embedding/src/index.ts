import { defineTask, defineTaskPack } from "@rebench/task-kit";
import { canary } from "./canary.ts";
import { full } from "./full.ts";
import { mini } from "./mini.ts";
import { maxBytes, submissionFile } from "./mini/contract.ts";
import { offset } from "./mini/raw-score.ts";

const main = defineTask({
  id: "main",
  title: "Repair a language model whose embedding was damaged",
  kinds: ["debug"],
  leansOn: "judgement",
  submission: {
    entries: [{ path: submissionFile, kind: "file", required: true, maxBytes }],
    maxFiles: 1,
  },
  score: { unit: `ln(loss - ${offset})`, direction: "lower" },
  aggregate: "best",
  services: [],
  tiers: [mini, full],
  published: [],
});

export default defineTaskPack({
  title: "Repair a language model whose embedding was damaged",
  canary,
  tasks: [main],
});
