import { once } from "node:events";
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { answer } from "./process/answer.ts";
import { replyDescriptor } from "./process/descriptors.ts";
import type { Reply } from "./process/protocol.ts";
import { requests } from "./process/request-reader.ts";
import { loadRuntime } from "./runtime.ts";

/** Entry of the process in which untrusted files are opened: `main.ts MEGABYTES RUNTIME`. Requests on standard input, replies on a pipe. */
const [, , memoryMb = "0", runtime = "false"] = process.argv;

function send(reply: Reply): void {
  writeSync(replyDescriptor, `${JSON.stringify(reply)}\n`);
}

if (runtime === "true") await loadRuntime();
const watchdog = new Worker(new URL(`./process/watchdog${extname(import.meta.url)}`, import.meta.url), {
  workerData: { memoryMb: Number(memoryMb) },
});
await once(watchdog, "message");
watchdog.unref();
// Once it is ready it may write no files any more.
flushCompileCache();
send({ type: "ready" });
for await (const received of requests(process.stdin)) send(await answer(received, send));
process.exit(0);
