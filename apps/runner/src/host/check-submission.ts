import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { selectScore } from "@rebench/core";
import type { StoredAttempt } from "./stored-run.ts";

/** Compares the stored submission with the digest that the journal holds for the score that counts. */
export async function checkSubmission(attempt: StoredAttempt): Promise<{ code: string; where: string; message: string }[]> {
  const { state, layout } = attempt;
  if (state === null || state.outcome === null) return [];
  const expected = selectScore(state.scores, state.spec.task.scale.aggregate)?.submission;
  if (expected === undefined || expected === null) return [];
  const folder = path.join(layout.directory, "submission");
  const found = await submissionDigest(folder).catch(() => null);
  if (found === expected) return [];
  const message = found === null ? "the submission that was scored is not here" : "the submission is not the one that was scored";
  return [{ code: found === null ? "submission.missing" : "submission.differs", where: folder, message }];
}

/** The digest of a captured submission, from its files again; the kit says how it is made. */
export async function submissionDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const file of files) {
    const sha256 = createHash("sha256").update(await readFile(file)).digest("hex");
    lines.push(`${path.relative(folder, file).split(path.sep).join("/")}\n${sha256}\n`);
  }
  return `sha256-${createHash("sha256").update(lines.sort().join("")).digest("hex")}`;
}
