import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const pack = path.join(import.meta.dirname, "..");
const rebench = path.join(pack, "../../rebench");
/** Debian's, which is what the tier's image has. */
const python = "/usr/bin/python3";
/** Milliseconds: trainings take minutes, more on a busy machine. */
const timeout = 1_200_000;
let folder: string;
let missing: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "restricted-mlm-train-"));
  const found = await run(python, ["-c", "import numpy, torch"]).catch(() => undefined);
  if (found === undefined) missing = `${python} has no PyTorch and NumPy`;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lossOf(submission: string): Promise<number> {
  const { stdout } = await run(rebench, ["grade", pack, submission, "--sandbox", "local", "--json"]);
  const { message } = JSON.parse(stdout) as { message: string };
  return Number(/\((.*) nats/.exec(message)?.[1]);
}

test("the starting files, trained afresh, score what the start scores", { timeout }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const work = path.join(folder, "start");
  await cp(path.join(pack, "start/mini"), work, { recursive: true });
  await rm(path.join(work, "model.onnx"));
  await run(python, ["train.py"], { cwd: work });
  const { stdout } = await run(python, ["export.py"], { cwd: work });
  expect(stdout).not.toContain("not allowed");
  // Threads and processors change the order of sums; two hundred steps do not carry that far.
  expect(Math.abs((await lossOf(work)) - (await lossOf(path.join(pack, "start/mini"))))).toBeLessThan(0.02);
});

test("the rung without training is made again byte by byte", { timeout }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const made = path.join(folder, "model.onnx");
  const solve = path.join(pack, "reference/solve");
  await run(python, [path.join(solve, "both_neighbours.py"), path.join(pack, "start/mini/data"), made]);
  const stored = await readFile(path.join(pack, "rungs/mini/02-both-neighbours/model.onnx"));
  expect((await readFile(made)).equals(stored)).toBe(true);
});

test("two minutes of the reference's training beat the rung without training", { timeout }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const solve = path.join(pack, "reference/solve");
  const out = path.join(folder, "reference");
  await run(python, [path.join(solve, "train.py"), path.join(pack, "start/mini/data"), out, "--minutes", "2"]);
  await run(python, [path.join(solve, "export.py"), path.join(out, "model.pt"), path.join(out, "model.onnx")]);
  expect(await lossOf(out)).toBeLessThan(await lossOf(path.join(pack, "rungs/mini/02-both-neighbours")));
});

test("PyTorch agrees with the scorer about start and reference", { timeout }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const { stdout } = await run(python, [path.join(pack, "training/torch_loss.py")]);
  const losses = JSON.parse(stdout) as { start: number; reference: number };
  expect(Math.abs((await lossOf(path.join(pack, "start/mini"))) - losses.start)).toBeLessThan(1e-4);
  expect(Math.abs((await lossOf(path.join(pack, "reference/mini"))) - losses.reference)).toBeLessThan(1e-4);
});
