import { readFile } from "node:fs/promises";
import path from "node:path";
import { defineTask, defineTaskPack, ServiceRefusal } from "@rebench/task-kit";

const anchors = /** @type {const} */ ({
  kind: "fixed",
  start: Math.log(Math.abs(3 - Math.PI)),
  reference: Math.log(Math.abs(22 / 7 - Math.PI)),
  source: "start is 3, reference is 22/7",
});

/** @type {(context: import("@rebench/task-kit").ScoringContext) => Promise<import("@rebench/task-kit").ScoreResult>} */
async function score({ submission }) {
  const text = (await readFile(path.join(submission.directory, "answer.txt"), "utf8")).trim();
  const value = Number(text);
  if (text === "" || !Number.isFinite(value))
    return { status: "invalid", reason: "answer.txt must hold one finite decimal number" };
  const error = Math.abs(value - Math.PI);
  // Half a unit in the last place of a double is as close as a decimal can be seen to come.
  return { status: "valid", raw: Math.log(Math.max(error, 2 ** -52)), message: `off by ${error.toExponential(2)}` };
}

/** @type {import("@rebench/task-kit").Service} */
const compare = {
  name: "compare",
  description: 'says whether {"value": number} is below or above π',
  callBudget: 3,
  availableTo: ["agent"],
  open: async () => ({
    async call(input) {
      const value = typeof input === "object" && input !== null && "value" in input ? input.value : undefined;
      if (typeof value !== "number") throw new ServiceRefusal('send {"value": number}');
      return { pi: value < Math.PI ? "above" : "below" };
    },
  }),
};

/** @type {(scorer: import("@rebench/task-kit").Scorer) => import("@rebench/task-kit").Tier} */
const mini = (scorer) => ({
  name: "mini",
  instructions: "instructions/mini.md",
  start: "start",
  reference: { kind: "folder", path: "reference" },
  rungs: "rungs",
  cheats: "cheats",
  resources: { cpus: 1, memoryMb: 512, diskMb: 2048, pids: 64 },
  budget: { workingSeconds: 600, wallSeconds: 3600, scoreCalls: 1000 },
  conditions: { network: "none", tools: "a shell", models: "none" },
  anchors,
  noise: 0,
  headroom: { bestKnown: 7.3, ceiling: "the resolution of a double" },
  measuredOn: null,
  checkedInstead: "the scores follow from arithmetic alone",
  reports: "confirmed",
  tools: [],
  scorer,
});

const common = /** @type {const} */ ({
  kinds: ["predict"],
  leansOn: "judgement",
  submission: { entries: [{ path: "answer.txt", kind: "file", required: true, maxBytes: 100 }], maxFiles: 1 },
  score: { unit: "ln(error)", direction: "lower" },
  aggregate: "best",
  services: [compare],
  published: [],
});

export default defineTaskPack({
  title: "A number as close to π as you can get",
  canary: "rebench canary 79ecf86e-1761-49a1-af5e-d76d630a60bd",
  tasks: [
    defineTask({
      ...common,
      id: "main",
      title: "Judged in TypeScript",
      tiers: [mini({ kind: "typescript", score, timeoutSeconds: 30 })],
    }),
    defineTask({
      ...common,
      id: "python",
      title: "Judged in Python",
      tiers: [mini({ kind: "python", script: "scorer/score.py", files: [], timeoutSeconds: 30 })],
    }),
  ],
});
