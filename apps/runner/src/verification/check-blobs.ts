import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { AttemptLayout } from "@rebench/core/home";
import type { Problem } from "./problem.ts";

/** Blobs are named by their digests. */
export async function checkBlobs({ blobs }: AttemptLayout): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const name of await readdir(blobs).catch(() => [])) {
    const where = path.join(blobs, name);
    const digest = createHash("sha256")
      .update(await readFile(where))
      .digest("hex");
    if (digest !== name)
      problems.push({ code: "blob.differs", where, message: "its content is not what its name says" });
  }
  return problems;
}
