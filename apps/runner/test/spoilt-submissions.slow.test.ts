import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { Bench, checkout } from "./cli.ts";

interface Graded {
  readonly status: "valid" | "invalid";
  readonly raw: number | null;
}

const python = "/usr/bin/python3";
const submissions = {
  "fix-embedding": "fixed_model.safetensors",
  "restricted-mlm": "model.onnx",
} as const;

/** Bytes that follow from a name, so that a failure can be repeated. */
const drawn = (name: string): Buffer => createHash("sha512").update(name).digest();

/** Flips bytes: the first rounds anywhere, the last near the start, where names, types and sizes lie. The fifth loses its end. */
function spoil(bytes: Buffer, name: string, round: number): Buffer {
  const chance = drawn(`${name} ${round}`);
  if (round === 4) return bytes.subarray(0, chance.readUInt32LE(0) % bytes.length);
  const copy = Buffer.from(bytes);
  for (let flip = 0; flip < 6; flip += 1)
    copy[chance.readUInt32LE(8 * flip) % (round < 2 ? copy.length : 600)] = chance.readUInt8(8 * flip + 4);
  return copy;
}

it.for(Object.entries(submissions))(
  "%s: spoilt submissions are invalid, or score what PyTorch gives them",
  { timeout: 600_000 },
  async ([pack, file], context) => {
    if (spawnSync(python, ["-c", "import torch"]).status !== 0)
      context.skip(`no PyTorch for ${python} on this machine`);
    await using bench = await Bench.open();
    const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-spoilt-"));
    try {
      const start = path.join(checkout, "task-packs", pack, "start/mini", file);
      const whole = await readFile(start);
      for (let round = 0; round < 5; round += 1) {
        const spoilt = path.join(folder, String(round));
        await cp(start, path.join(spoilt, file));
        await writeFile(path.join(spoilt, file), spoil(whole, pack, round));
        const { code, value, stderr } = await bench.json<Graded>("grade", pack, spoilt);
        expect(["valid", "invalid"], stderr).toContain(value.status);
        expect([0, 3], stderr).toContain(code);
        if (value.status === "valid" && pack === "fix-embedding")
          expect(value.raw).toBeCloseTo(Math.log((await lossInPyTorch(path.join(spoilt, file))) - 3.15), 3);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

async function lossInPyTorch(weights: string): Promise<number> {
  const script = path.join(checkout, "task-packs/fix-embedding/test/pytorch_losses.py");
  const { stdout } = await promisify(execFile)(python, [script, weights]);
  return (JSON.parse(stdout) as Record<string, number>)[weights] ?? Number.NaN;
}
