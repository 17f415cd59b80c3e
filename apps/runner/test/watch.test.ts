import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyProcess } from "@rebench/supervisor";
import { expect, it } from "vitest";
import { Bench, toyTask } from "./cli.ts";

it("watching ends as interrupted while the run goes on", async () => {
  await using bench = await Bench.open();
  const { value } = await bench.json("run", toyTask, "--agent", "nop");
  const file = path.join(bench.home, "runs", value.runId, "run.json");
  const run = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...run, outcome: "running", runner: identifyProcess(process.pid) }));
  const watching = bench.start(["watch", value.runId]);
  await watching.said("finished: completed");
  watching.child.kill("SIGINT");
  expect((await watching.finished).code).toBe(130);
});
