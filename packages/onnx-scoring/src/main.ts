import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { answer } from "./process/answer.ts";
import { extname } from "node:path";
import { replyDescriptor, type Reply } from "./process/protocol.ts";
import { requests } from "./process/request-reader.ts";
import { loadRuntime } from "./runtime.ts";

/** Entry of the process in which untrusted files are opened: `main.ts BYTES RUNTIME`. Requests on standard input, replies on a pipe. */
const [, , mostBytes = "0", runtime = "false"] = process.argv;

const watchdog = new Worker(new URL(`./process/watchdog${extname(import.meta.url)}`, import.meta.url), {
  workerData: { mostBytes: Number(mostBytes) },
});
watchdog.unref();

function send(reply: Reply): void {
  writeSync(replyDescriptor, `${JSON.stringify(reply)}\n`);
}

if (runtime === "true") await loadRuntime();
send({ type: "ready" });
for await (const received of requests(process.stdin)) send(await answer(received, send));
process.exit(0);
