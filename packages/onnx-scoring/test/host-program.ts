import { ScoringProcess } from "../src/process/scoring-process.ts";
import { rules } from "./build-graph.ts";

/** A host that is to be killed: it has a graph run that never ends, and says in which process. */
const [, , file = ""] = process.argv;

const opened = await ScoringProcess.start({ memoryMb: 256, runtime: true });
console.log(opened.pid);
await opened.ask({
  request: { type: "graph", file, rules },
  parts: [],
  timeoutSeconds: 600,
  signal: undefined,
  progress: undefined,
});
