import { defineTask, defineTaskPack } from "@rebench/task-kit";

export default defineTaskPack({
  title: "Predict a curve between its noisy samples",
  canary: "CANARY",
  tasks: [
    defineTask({
      id: "main",
      title: "Predict a curve",
      kinds: ["predict"],
      leansOn: "judgement",
      submission: {
        entries: [{ path: "predictions.txt", kind: "file", required: true, maxBytes: 1000 }],
        maxFiles: 1,
      },
      score: { unit: "ln(RMSE)", direction: "lower" },
      aggregate: "best",
      services: [],
      published: [],
      tiers: [
        {
          name: "mini",
          instructions: "instructions/mini.md",
          start: "start",
          reference: { kind: "folder", path: "reference" },
          rungs: "rungs",
          cheats: "cheats",
          hidden: "hidden",
          resources: { cpus: 1, memoryMb: 512, diskMb: 1024, pids: 64 },
          budget: { workingSeconds: 1800, wallSeconds: 7200, scoreCalls: 100 },
          conditions: { network: "none", tools: "a shell", models: "none but the agent itself" },
          // Raw scores of start/ and reference/, as `rebench pack calibrate` prints them.
          anchors: { kind: "fixed", start: -0.371076, reference: -3.586783, source: "start/ and reference/, scored" },
          noise: 0,
          headroom: { bestKnown: 1, ceiling: "3.2, the curve itself: scores end at an error of 1e-6" },
          measuredOn: null,
          checkedInstead: "the scores follow from arithmetic alone",
          reports: "confirmed",
          tools: [],
          scorer: { kind: "python", script: "scorer/score.py", files: ["hidden"], timeoutSeconds: 60 },
        },
      ],
    }),
  ],
});
