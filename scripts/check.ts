// What ./check runs once the machine is ready: every step, even after one has failed; then a summary.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findEngine, type Engine } from "./docker-engine.ts";
import { keepImages, type KeptImages } from "./kept-images.ts";
import { listOnEngine, listProcesses, settle, type Scope } from "./leftovers.ts";
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

// The tools' own `node` must be the one that runs this, and pnpm the one that installed.
const toolPath = [
  dirname(process.execPath),
  join(root, ".toolchain/node_modules/.bin"),
  process.env["PATH"] ?? "",
].join(delimiter);

// Whatever the tests start inherits it, unless its environment is cleaned.
const mark = { name: "REBENCH_CHECK", value: randomUUID() };

async function main({ slow, ownEngine }: { slow: boolean; ownEngine: boolean }): Promise<number> {
  const started = performance.now();
  const engine = await findEngine(process.env);
  print(
    engine.kind === "engine" ? `engine: Docker ${engine.version} on ${engine.host}` : `engine: none, ${engine.reason}`,
  );
  if (engine.kind === "none" && process.env["REBENCH_ENGINE"] === "required") {
    print("FAILED REBENCH_ENGINE=required, and there is none\n0 passed, 1 failed, 0 skipped");
    return 1;
  }
  // Only the tests of containers, which come late, need them.
  const images =
    engine.kind === "engine"
      ? keepImages(engine.host, { baseEnded: process.env["REBENCH_BASE_IMAGE_ENDED"] ?? null, slow })
      : null;
  const imagesResult = images === null ? null : imagesStep(images);
  const results = await runStatic(staticSteps);
  const scope = ownEngine ? "everything" : "ours";
  const before = engine.kind === "engine" ? await listOnEngine(engine.host, scope).catch(() => []) : [];
  const tests = await runTests(slow);
  if (imagesResult !== null) results.push(await imagesResult);
  // What cannot be removed is found by the next step.
  await images?.remove().catch(() => undefined);
  const leftovers = await checkLeftovers({ engine, scope, before });

  const failedSteps = [...results, leftovers].filter((result) => !result.ok);
  const failedTests = tests.tally.failed + tests.tally.broken.length;
  const passed = tests.tally.passed;
  // The runner may fail without naming a test; that still counts.
  const failed = failedSteps.length + (tests.ok ? failedTests : Math.max(failedTests, 1));
  const skipped = tests.tally.skipped.length;
  const seconds = secondsSince(started);

  print(`\n${"step".padEnd(14)} result   seconds`);
  for (const { name, ok, seconds: took } of [...results, { ...tests, name: "tests" }, leftovers]) {
    print(`${name.padEnd(14)} ${ok ? "ok    " : "FAILED"} ${took.toFixed(1).padStart(9)}`);
  }
  print(`${"all".padEnd(14)} ${failed === 0 ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(9)}`);
  if (!leftovers.ok) print(`left over by the tests:\n${leftovers.output}`);
  for (const message of tests.tally.broken) print(`broken: ${message}`);
  for (const test of tests.tally.skipped) print(`skipped: ${test.file} > ${test.name}: ${test.reason}`);

  if (slow) writeRecord({ engine, counts: { passed, failed, skipped }, seconds });
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
      printStep(result);
    }
  };
  await Promise.all([worker(), worker()]);
  return steps.flatMap((step) => results.filter((result) => result.name === step.name));
}

async function imagesStep({ built }: KeptImages): Promise<StepResult> {
  const started = performance.now();
  const output = await built.then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const result = { name: "images", ok: output === "", seconds: secondsSince(started), output };
  printStep(result);
  return result;
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
  const ok = await start(["vitest", "run"], {
    REBENCH_TALLY: file,
    [mark.name]: mark.value,
    ...(slow && { REBENCH_SLOW: "1" }),
  });
  const seconds = secondsSince(started);
  const tally = readTally(file);
  rmSync(folder, { recursive: true, force: true });
  return { ok, seconds, tally };
}

/** Fails if the tests left something on the engine, or a process. */
async function checkLeftovers({
  engine,
  scope,
  before,
}: {
  engine: Engine;
  scope: Scope;
  before: readonly string[];
}): Promise<StepResult> {
  const started = performance.now();
  const list = async (): Promise<string[]> => {
    const onEngine = engine.kind === "engine" ? await listOnEngine(engine.host, scope) : [];
    return [...listProcesses(`${mark.name}=${mark.value}`), ...onEngine.filter((line) => !before.includes(line))];
  };
  const left = await settle(list).catch((error: unknown) => [`the engine could not be asked: ${String(error)}`]);
  return { name: "leftovers", ok: left.length === 0, seconds: secondsSince(started), output: left.join("\n") };
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
      env: { ...process.env, ...env, PATH: toolPath },
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

function writeRecord({
  engine,
  counts,
  seconds,
}: {
  engine: Engine;
  counts: { passed: number; failed: number; skipped: number };
  seconds: number;
}): void {
  const facts = {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform}-${process.arch} ${release()}`,
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    engine: engine.kind === "engine" ? `Docker ${engine.version}` : "none",
    ...counts,
    seconds: Math.round(seconds),
  };
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, `${JSON.stringify(facts, null, 2)}\n`);
}

function printStep({ name, ok, seconds, output }: StepResult): void {
  print(`${ok ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
  if (!ok) print(output.trimEnd());
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main({
  slow: process.argv.includes("--slow"),
  ownEngine: process.argv.includes("--own-engine"),
});
