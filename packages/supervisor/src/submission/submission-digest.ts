import { createHash } from "node:crypto";
import type { CapturedFile } from "@rebench/task-kit";

/** `sha256-` and the digest over one line per file, sorted by path: the path, a zero byte, its digest. */
export function submissionDigest(files: readonly CapturedFile[]): string {
  const hash = createHash("sha256");
  const sorted = files.toSorted((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
  for (const file of sorted) hash.update(`${file.path}\0${file.sha256}\n`);
  return `sha256-${hash.digest("hex")}`;
}
