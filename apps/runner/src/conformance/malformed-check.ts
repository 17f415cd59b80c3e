import { cp, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { SubmissionContract } from "@rebench/task-kit";
import type { Check, CheckContext, CheckResult } from "./check.ts";

type Damage = (file: string, entry: SubmissionContract["entries"][number]) => Promise<void>;

const damages: Readonly<Record<string, Damage>> = {
  missing: (file) => rm(file),
  empty: (file) => truncate(file, 0),
  noise: (file) => writeFile(file, Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 13) % 256))),
  huge: (file, { maxBytes }) => truncate(file, maxBytes + 1),
  "a-link": async (file) => {
    await rm(file);
    await symlink("/etc/passwd", file);
  },
};

/** Damaged submissions are invalid with a reason, never an error and never a score. */
export const malformedCheck: Check = {
  id: "malformed",
  async run(context) {
    const entry = context.loaded.task.submission.entries.find(({ kind, required }) => kind === "file" && required);
    if (entry === undefined) return [];
    const results: CheckResult[] = [];
    for (const [name, damage] of Object.entries(damages)) results.push(await tryDamage(context, name, entry, damage));
    return results;
  },
};

async function tryDamage(
  { loaded, grader }: CheckContext,
  name: string,
  entry: SubmissionContract["entries"][number],
  damage: Damage,
): Promise<CheckResult> {
  const id = `malformed.${name}`;
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-malformed-"));
  try {
    await cp(loaded.packPath(loaded.tier.start), folder, { recursive: true });
    await damage(path.join(folder, entry.path), entry);
    const verdict = await grader.grade(folder, id);
    const ok = verdict.status === "invalid" && verdict.reason !== "";
    const found =
      verdict.status === "valid"
        ? `scored ${verdict.normalized.toFixed(3)}`
        : `${verdict.status}: ${verdict.reason.split("\n", 1)[0] ?? ""}`;
    return { id, ok, message: ok ? found : `${found}; it must be invalid, with a reason` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
