import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { selectScore } from "@rebench/core";
import { submissionDigest } from "@rebench/supervisor";
import type { CapturedSubmission } from "@rebench/task-kit";
import type { StoredAttempt } from "../host/stored-run.ts";
import type { Problem } from "./problem.ts";

/** Compares every stored submission with the digest that the journal holds for it, that of the score that counts first. */
export async function checkSubmissions({ state, layout }: StoredAttempt): Promise<Problem[]> {
  if (state === null || state.outcome === null) return [];
  const selected = selectScore(state.scores, state.spec.task.scale.aggregate)?.submission ?? null;
  const stored = [
    ...(selected === null ? [] : [{ digest: selected, folder: "submission" }]),
    ...Object.values(state.captures),
  ];
  const problems: Problem[] = [];
  for (const { digest, folder } of stored) {
    const where = path.join(layout.directory, folder);
    if (path.basename(folder) !== folder) {
      problems.push({
        code: "submission.outside",
        where,
        message: "the journal names a folder that is not the attempt's",
      });
      continue;
    }
    const found = await readSubmission(where).catch(() => null);
    if (found === null)
      problems.push({ code: "submission.missing", where, message: "the submission that was scored is not here" });
    else if (found.digest !== digest)
      problems.push({ code: "submission.differs", where, message: "the submission is not the one that was scored" });
  }
  return problems;
}

/** A stored submission, its digests from its files again. */
export async function readSubmission(directory: string): Promise<CapturedSubmission> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (file) => {
      const content = await readFile(file);
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { path: path.relative(directory, file).split(path.sep).join("/"), bytes: content.length, sha256 };
    }),
  );
  // In the order of the capture.
  const sorted = files.toSorted((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
  return { directory, files: sorted, digest: submissionDigest(files) };
}
