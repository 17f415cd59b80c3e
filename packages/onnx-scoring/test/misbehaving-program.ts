import { writeSync } from "node:fs";
import { replyDescriptor } from "../src/process/descriptors.ts";

/** Stands in for the process that opens files, and does what one could that was taken over. Its deed is its second argument. */
const [, , , deed] = process.argv;

const say = (text: string): void => void writeSync(replyDescriptor, text);
const verdict = (content: unknown): string => `${JSON.stringify({ type: "verdict", verdict: content })}\n`;

if (deed === "never-ready") {
  console.error(`environment: ${Object.keys(process.env).join(",") || "none"}`);
  process.exit(3);
}
say('{"type":"ready"}\n');
process.stdin.once("data", () => {
  switch (deed) {
    case "flood":
      for (;;) say("x".repeat(65_536));
    case "endless-progress":
      for (;;) say('{"type":"progress","fraction":0.5}\n');
    case "complaints":
      for (;;) writeSync(2, "x".repeat(65_536));
    case "no-json":
      return say("no JSON\n");
    case "not-a-number":
      return say('{"type":"verdict","verdict":{"status":"measured","loss":null,"tokens":1,"seconds":1}}\n');
    case "other-status":
      return say(verdict({ status: "valid", raw: 0 }));
    case "long-reason":
      return say(verdict({ status: "refused", code: "x", reason: "x".repeat(5000) }));
    case "terminal":
      return say(verdict({ status: "refused", code: "a\u001b[2J", reason: "one\n\u001b[2Jtwo" }));
    case "ready-again":
      return say('{"type":"ready"}\n');
    case "exit":
      return process.exit(0);
    case "segmentation-fault":
      return void process.kill(process.pid, "SIGSEGV");
    default:
      return void setInterval(() => undefined, 1000);
  }
});
