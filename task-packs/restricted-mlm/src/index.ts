import { defineTask, defineTaskPack } from "@rebench/task-kit";
import { canary } from "./canary.ts";
import { full } from "./full.ts";
import { mini } from "./mini.ts";
import { maxBytes, submissionFile } from "./mini/contract.ts";

const main = defineTask({
  id: "main",
  title: "Train a masked language model without division and exponentiation",
  kinds: ["train"],
  leansOn: "judgement",
  submission: {
    entries: [{ path: submissionFile, kind: "file", required: true, maxBytes }],
    maxFiles: 1,
  },
  score: { unit: "ln(nats/token - 1.5)", direction: "lower" },
  aggregate: "best",
  services: [],
  tiers: [mini, full],
  published: [],
});

export default defineTaskPack({
  title: "Train a masked language model without division and exponentiation",
  canary,
  tasks: [main],
});
