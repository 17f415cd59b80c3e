import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { createOnnxScoring } from "@rebench/onnx-scoring";
import type { CommandResult, ScoreResult, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkout } from "./cli.ts";

const run = promisify(execFile);
const pack = path.join(checkout, "task-packs/restricted-mlm");
const { scoreRows } = (await import(path.join(pack, "src/full/scorer.ts"))) as {
  scoreRows: (context: ScoringContext, rows: number) => Promise<ScoreResult>;
};

const vocabulary = 50_257;
const rows = 4;
/** Tokens that are all of one kind, and a frequency for each token: what a scoring image would hold. */
const text = Buffer.from(Uint16Array.from({ length: 4096 }, (_, place) => (place * 31) % vocabulary).buffer);
const even = Buffer.from(new Float32Array(vocabulary).fill(-Math.log(vocabulary)).buffer);

const ended: CommandResult = {
  exitCode: 0,
  timedOut: false,
  outOfMemory: false,
  stdout: "",
  stderr: "",
  truncated: false,
};

let submission: string;
beforeEach(async () => {
  submission = await mkdtemp(path.join(os.tmpdir(), "rebench-mlm-full-"));
});
afterEach(() => rm(submission, { recursive: true }));

/** A scoring with the real reader and runtime of graphs; the scoring image's files are given. */
function scoring(image: { readonly [name: string]: Uint8Array } | null): Promise<ScoreResult> {
  const refuse = (): never => {
    throw new Error("not asked for here");
  };
  const sandbox: ScoringSandbox = {
    directory: "/scratch",
    sharedMemory: "/shared",
    separateUsers: true,
    write: refuse,
    copyIn: refuse,
    start: refuse,
    read: (name) => Promise.resolve(image?.[name] ?? refuse()),
    run: () => Promise.resolve(image === null ? { ...ended, exitCode: 1, stderr: "No such file" } : ended),
    close: () => Promise.resolve(),
  };
  const context: ScoringContext = {
    tier: "full",
    purpose: "attempt",
    seed: "0".repeat(32),
    submission: { directory: submission, files: [], digest: "" },
    cpus: 2,
    signal: new AbortController().signal,
    packPath: refuse,
    assetPath: refuse,
    openSandbox: () => Promise.resolve(sandbox),
    withTimingLease: (work) => work(),
    onnx: createOnnxScoring(),
    progress: () => undefined,
  };
  return scoreRows(context, rows);
}

const image = { "validation.bin": text, "frequencies.bin": even };

it("without a submission the frequencies are scored", async () => {
  const result = await scoring(image);
  expect(result).toMatchObject({ status: "valid", message: expect.stringContaining("no model.onnx") as string });
  expect(result.status === "valid" ? result.raw : null).toBeCloseTo(Math.log(Math.log(vocabulary) - 1.5), 4);
});

it("an image without data is nobody's submission's fault", async () => {
  await expect(scoring(null)).rejects.toThrow(/no data in \/data .*container\/full\/scoring/s);
  await expect(scoring({ ...image, "frequencies.bin": even.subarray(4) })).rejects.toThrow(/frequencies.bin has/);
});

/** The first Python here that has PyTorch; Debian's may lie behind another on the PATH. */
async function pythonWithTorch(): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"])
    if (
      await run(python, ["-c", "import torch"]).then(
        () => true,
        () => false,
      )
    )
      return python;
  return undefined;
}
const python = await pythonWithTorch();

it("random weights, written by the exporter that agents are given, lose about ln of the vocabulary", async (context) => {
  if (python === undefined) return context.skip("no PyTorch on this machine");
  // Older exporters do not know the switch that newer ones need.
  const program = `
import inspect, sys, torch
sys.path.insert(0, ${JSON.stringify(path.join(pack, "start/full"))})
import export, model, operators
from pathlib import Path
if "dynamo" not in inspect.signature(torch.onnx.export).parameters:
    older = torch.onnx.export
    torch.onnx.export = lambda *values, dynamo, **named: older(*values, **named)
target = Path(sys.argv[1])
export.export(model.Model(width=8, hidden=16), target)
assert operators.problems(target.read_bytes()) == []
`;
  await run(python, ["-B", "-W", "ignore", "-c", program, path.join(submission, "model.onnx")]);
  const result = await scoring(image);
  if (result.status !== "valid") throw new Error(result.reason);
  expect(result.details).toMatchObject({ predicted: expect.any(Number) as number });
  expect(Number(result.details?.["loss"])).toBeGreaterThan(Math.log(vocabulary) - 0.2);
  expect(Number(result.details?.["loss"])).toBeLessThan(Math.log(vocabulary) + 1);
  expect(result.raw).toBeCloseTo(Math.log(Number(result.details?.["loss"]) - 1.5), 6);
});

it("starting files know the operators that the scorer allows", async () => {
  const { operators } = (await import(path.join(pack, "src/mini/operators.ts"))) as { operators: readonly string[] };
  const { maxBytes } = (await import(path.join(pack, "src/full/contract.ts"))) as { maxBytes: number };
  const source = await readFile(path.join(pack, "start/full/operators.py"), "utf8");
  const list = /ALLOWED = \{(.*?)\}/s.exec(source)?.[1] ?? "";
  const named = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...operators].toSorted());
  expect(source).toContain(`MOST_BYTES = ${maxBytes / 2 ** 20} * 2**20`);
});

const reasons = {
  "division-in-a-function": /Div/,
  "memory-bomb": /memory/,
  "negative-power": /Pow/,
  "reads-another-file": /external|outside|another file/i,
  softmax: /Softmax/,
  "where-it-is-greater": /Greater|Where/,
};

it.each(Object.entries(reasons))("the cheat %s is refused", async (name, reason) => {
  await cp(path.join(pack, "cheats/full", name), submission, { recursive: true });
  const result = await scoring(image);
  expect(result.status).toBe("invalid");
  expect(result.status === "invalid" ? result.reason : "").toMatch(reason);
});

it("no cheat is forgotten", async () => {
  // What looks around a container finds it only there.
  const known = [...Object.keys(reasons), "look-for-the-hidden-text"].sort();
  expect((await readdir(path.join(pack, "cheats/full"))).sort()).toEqual(known);
});
