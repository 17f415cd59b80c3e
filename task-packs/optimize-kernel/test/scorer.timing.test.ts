import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ScoreResult, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { expect, test } from "vitest";
import { score } from "../src/scorer.ts";
import { packRoot } from "./bench.ts";
import { openDirectSandbox } from "./direct-sandbox.ts";

async function scoreFolder(directory: string): Promise<ScoreResult> {
  const opened: ScoringSandbox[] = [];
  try {
    return await score({
      tier: "mini",
      purpose: "start",
      seed: randomBytes(16).toString("hex"),
      submission: { directory, files: [], digest: "" },
      cpus: 2,
      signal: new AbortController().signal,
      packPath: (relative) => path.join(packRoot, relative),
      assetPath: (name) => name,
      async openSandbox() {
        const sandbox = await openDirectSandbox();
        opened.push(sandbox);
        return sandbox;
      },
      withTimingLease: (work) => work(),
      onnx: {} as ScoringContext["onnx"],
      progress: () => undefined,
    });
  } finally {
    await Promise.all(opened.map((sandbox) => sandbox.close()));
  }
}

async function scoreText(source: string): Promise<ScoreResult> {
  const directory = await mkdtemp(path.join(tmpdir(), "optimize-kernel-submission-"));
  try {
    await writeFile(path.join(directory, "solution.c"), source);
    return await scoreFolder(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("a valid score comes with anchors, a message and details that are JSON", async () => {
  const result = await scoreFolder(path.join(packRoot, "start/mini"));
  if (result.status !== "valid") throw new Error(result.reason);
  expect(result.raw).toSatisfy(Number.isFinite);
  expect(result.anchors?.reference).toBeLessThan(result.anchors?.start ?? Number.NaN);
  expect(result.message).toMatch(/ns\/element/);
  expect(JSON.parse(JSON.stringify(result.details))).toEqual(result.details);
});

test.each([
  ["an empty file", "", "missing-symbol"],
  ["a syntax error", "void prefix_sum(", "compile"],
  ["a foreign include", '#include "/etc/passwd"\n', "compile"],
  ["an unresolved symbol", "void other(void);\nvoid prefix_sum(void) { other(); }\n", "load"],
  ["bytes that are no text", "\u0000\u001b[2J\u0007", "compile"],
])("%s is invalid with a reason", async (_, source, code) => {
  const result = await scoreText(source);
  expect(result).toMatchObject({ status: "invalid", details: { code } });

  expect(result.status === "invalid" && result.reason).not.toMatch(/[\u0000-\u0008\u001b]/);
});

test("a file outside the system's headers cannot be included", async () => {
  const header = path.join(packRoot, "start/mini/solution.c");
  const result = await scoreText(`#include "${header}"\n`);
  expect(result).toMatchObject({ status: "invalid", details: { code: "include" } });
});
