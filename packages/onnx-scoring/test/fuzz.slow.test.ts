import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";
import { goldenFile } from "./golden-files.ts";

const python = "/usr/bin/python3";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "rebench-fuzz-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

it("gives spoilt weights the loss that PyTorch gives them", { timeout: 900_000 }, async (context) => {
  if (spawnSync(python, ["-c", "import torch"]).status !== 0)
    context.skip("no PyTorch for /usr/bin/python3 on this machine");
  const measured = (await fuzz(7, 500, folder)).flatMap(({ kind, file, answer }) =>
    kind === "weights" && answer.kind === "verdict" && answer.verdict.status === "measured"
      ? [{ file, loss: answer.verdict.loss }]
      : [],
  );
  expect(measured.length).toBeGreaterThan(50);
  const { stdout } = await promisify(execFile)(python, [
    "-B",
    goldenFile("loss.py"),
    ...measured.map(({ file }) => file),
  ]);
  const theirs = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as number | null);
  const differing = measured.filter(
    ({ loss }, index) => !(Math.abs(loss - (theirs[index] ?? Number.NaN)) <= 1e-4 * Math.max(1, loss)),
  );
  expect(differing).toEqual([]);
});
