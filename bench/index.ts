import { writeFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { attemptOverhead } from "./src/attempt-overhead.ts";
import { coldStart } from "./src/cold-start.ts";
import { containers } from "./src/containers.ts";
import { journalAppend } from "./src/journal-append.ts";
import { onnxScoring } from "./src/onnx-scoring.ts";
import { outputFlood } from "./src/output-flood.ts";

/** `pnpm bench [--full] [--record]`: `--full` goes to 1,000 attempts, `--record` keeps the figures in docs/records. */
const full = process.argv.includes("--full");
const counts = full ? [1, 10, 100, 1000] : [1, 10, 50];

const measurements = [
  coldStart(),
  await journalAppend(),
  await outputFlood(),
  ...(await attemptOverhead(counts)),
  ...(await onnxScoring()),
  ...(await containers()),
];

for (const { name, ours, beside, ratio, goal } of measurements) {
  console.log(`${name}\n  ${ours} / ${beside} = ${ratio.toFixed(2)}   (goal ≤ ${goal})`);
}

if (process.argv.includes("--record")) {
  const machine = `${os.cpus()[0]?.model ?? "?"}, ${os.availableParallelism()} CPUs, ${os.platform()} ${os.arch()}`;
  const record = { date: new Date().toISOString().slice(0, 10), node: process.version, machine, measurements };
  writeFileSync(
    fileURLToPath(new URL("../docs/records/bench.json", import.meta.url)),
    `${JSON.stringify(record, null, 2)}\n`,
  );
}
