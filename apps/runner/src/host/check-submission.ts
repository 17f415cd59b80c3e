import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { selectScore } from "@rebench/core";
import { submissionDigest } from "@rebench/supervisor";
import type { StoredAttempt } from "./stored-run.ts";

/** Compares the stored submission with the digest that the journal holds for the score that counts. */
export async function checkSubmission(
  attempt: StoredAttempt,
): Promise<{ code: string; where: string; message: string }[]> {
  const { state, layout } = attempt;
  if (state === null || state.outcome === null) return [];
  const expected = selectScore(state.scores, state.spec.task.scale.aggregate)?.submission;
  if (expected === undefined || expected === null) return [];
  const folder = path.join(layout.directory, "submission");
  const found = await storedDigest(folder).catch(() => null);
  if (found === expected) return [];
  const message =
    found === null ? "the submission that was scored is not here" : "the submission is not the one that was scored";
  return [{ code: found === null ? "submission.missing" : "submission.differs", where: folder, message }];
}

/** Digest of a stored submission, from its files again. */
async function storedDigest(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return submissionDigest(
    await Promise.all(
      files.map(async (file) => {
        const content = await readFile(file);
        const sha256 = createHash("sha256").update(content).digest("hex");
        return { path: path.relative(folder, file).split(path.sep).join("/"), bytes: content.length, sha256 };
      }),
    ),
  );
}
