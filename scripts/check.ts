// What ./check runs once the machine is ready: every step, even after one has failed; then a summary.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Tally } from "./tally-reporter.ts";

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

const root = dirname(import.meta.dirname);
const record = join(root, "docs/records/check-slow.json");

const staticSteps: readonly Step[] = [
  { name: "lint", command: ["eslint", "."] },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "boundaries", command: ["depcruise", "--config", ".dependency-cruiser.mjs", "."] },
  { name: "dead exports", command: ["knip", "--no-progress", "--no-config-hints"] },
];

async function main(slow: boolean): Promise<number> {
  const started = performance.now();
  const results = await runStatic(staticSteps);
  const tests = await runTests(slow);

  const failedSteps = results.filter((result) => !result.ok);
  const failedTests = tests.tally.failed + tests.tally.broken.length;
  const passed = tests.tally.passed;
  // The runner may fail without naming a test; that still counts.
  const failed = failedSteps.length + (tests.ok ? failedTests : Math.max(failedTests, 1));
  const skipped = tests.tally.skipped.length;
  const seconds = secondsSince(started);

  print(`\n${"step".padEnd(14)} result   seconds`);
  for (const { name, ok, seconds: took } of [...results, { name: "tests", ok: tests.ok, seconds: tests.seconds }]) {
    print(`${name.padEnd(14)} ${ok ? "ok    " : "FAILED"} ${took.toFixed(1).padStart(9)}`);
  }
  print(`${"all".padEnd(14)} ${failed === 0 ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(9)}`);
  for (const message of tests.tally.broken) print(`broken: ${message}`);
  for (const test of tests.tally.skipped) print(`skipped: ${test.file} > ${test.name}: ${test.reason}`);

  if (slow) writeRecord({ passed, failed, skipped, seconds });
  print(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

/** Two at a time; a step's output is shown when it ends, and only if it failed. */
async function runStatic(steps: readonly Step[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const waiting = [...steps];
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      print(`${result.ok ? "ok    " : "FAILED"} ${result.name} (${result.seconds.toFixed(1)} s)`);
      if (!result.ok) print(result.output.trimEnd());
    }
  };
  await Promise.all([worker(), worker()]);
  return steps.flatMap((step) => results.filter((result) => result.name === step.name));
}

async function runStep({ name, command }: Step): Promise<StepResult> {
  const started = performance.now();
  let output = "";
  const ok = await start(command, {}, (text) => {
    output += text;
  });
  return { name, ok, seconds: secondsSince(started), output };
}

async function runTests(slow: boolean): Promise<{ ok: boolean; seconds: number; tally: Tally }> {
  const folder = mkdtempSync(join(tmpdir(), "rebench-check-"));
  const file = join(folder, "tally.json");
  const started = performance.now();
  print("       tests");
  const ok = await start(["vitest", "run"], { REBENCH_TALLY: file, ...(slow && { REBENCH_SLOW: "1" }) });
  const seconds = secondsSince(started);
  const tally = readTally(file);
  rmSync(folder, { recursive: true, force: true });
  return { ok, seconds, tally };
}

function readTally(file: string): Tally {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Tally;
  } catch {
    return { passed: 0, failed: 0, skipped: [], broken: ["the test run ended without a result"] };
  }
}

/** Runs one of the workspace's tools; its output goes to `onText`, or straight through. */
function start(
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  onText?: (text: string) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(join(root, "node_modules/.bin", command), args, {
      cwd: root,
      // The tools' own `node` must be the one that runs this.
      env: { ...process.env, ...env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` },
      stdio: ["ignore", onText ? "pipe" : "inherit", onText ? "pipe" : "inherit"],
    });
    child.stdout?.setEncoding("utf8").on("data", onText ?? (() => undefined));
    child.stderr?.setEncoding("utf8").on("data", onText ?? (() => undefined));
    child.on("error", (error) => {
      onText?.(error.message);
      resolve(false);
    });
    child.on("close", (code) => {
      resolve(code === 0);
    });
  });
}

function writeRecord(counts: { passed: number; failed: number; skipped: number; seconds: number }): void {
  const facts = {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform}-${process.arch} ${release()}`,
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    ...counts,
    seconds: Math.round(counts.seconds),
  };
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, `${JSON.stringify(facts, null, 2)}\n`);
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.includes("--slow"));
