import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tryLoading } from "./try-loading.ts";

let directory: string;
beforeAll(async () => (directory = await mkdtemp(path.join(os.tmpdir(), "rebench-loading-"))));
afterAll(() => rm(directory, { recursive: true }));

it.each([
  ["throws", 'throw new Error("boom")', /load-failed entry\.mjs could not be loaded: boom$/],
  ["throws no error", "throw undefined", /load-failed entry\.mjs could not be loaded: undefined$/],
  ["cannot be parsed", "export default {", /load-failed entry\.mjs could not be loaded: Unexpected/],
  ["never ends", "await new Promise((resolve) => setTimeout(resolve, 1e6))", /load-hangs .* within 2 s$/],
  ["spins", "for (;;);", /load-hangs .* within 2 s$/],
  ["waits for nothing", "await new Promise(() => {})", /load-exits entry\.mjs ended the process \(exit 13\)/],
  ["ends the process", "process.exit(0)", /load-exits entry\.mjs ended the process \(exit 0\) while it was loaded$/],
  ["kills itself", 'process.kill(process.pid, "SIGKILL")', /load-exits entry\.mjs ended the process \(SIGKILL\)/],
  ["prints", 'console.log("hello")', /load-prints .* standard output while it is loaded: "hello\\n"$/],
  ["keeps the process busy", "setInterval(() => {}, 10)", /bad-definition/],
])("a pack that %s", async (_, code, says) => {
  const entry = path.join(directory, "entry.mjs");
  await writeFile(entry, code);
  const problems = await tryLoading({ directory, entry, limitSeconds: 2 });
  expect(problems.map((problem) => `${problem.code} ${problem.reason}`).at(-1)).toMatch(says);
});
