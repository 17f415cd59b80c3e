import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { SubmissionEntry } from "@rebench/task-kit";
import type { Check, CheckContext, CheckResult } from "./check.ts";

interface Damage {
  readonly name: string;
  /** Where the entry's content decides: whether this can be done to it. */
  readonly when?: (content: Buffer, tools: number) => boolean;
  readonly apply: (file: string, entry: SubmissionEntry, content: Buffer) => Promise<void>;
}

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const isText = (content: Buffer): boolean => !content.includes(0) && content.length > 0;
/** Text that is read as numbers, not compiled: where no tool is needed submissions are data. */
const isNumbers = (content: Buffer, tools: number): boolean =>
  tools === 0 && isText(content) && number.test(content.toString("utf8"));

const damages: readonly Damage[] = [
  { name: "missing", apply: (file) => rm(file) },
  { name: "empty", apply: (file) => truncate(file, 0) },
  // Half of a single number is a number too.
  {
    name: "truncated",
    when: (content) => /\s/.test(content.toString("latin1").trim()),
    apply: (file, _, content) => truncate(file, Math.floor(content.length / 2)),
  },
  {
    name: "noise",
    apply: (file) => writeFile(file, Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 13) % 256))),
  },
  { name: "huge", apply: (file, { maxBytes }) => truncate(file, maxBytes + 1) },
  {
    name: "wrong-shape",
    when: isNumbers,
    apply: (file, _, content) => writeFile(file, Buffer.concat([content, content])),
  },
  {
    name: "not-a-number",
    when: isNumbers,
    apply: (file, _, content) => writeFile(file, content.toString("utf8").replace(number, "nan")),
  },
  {
    name: "infinite",
    when: isNumbers,
    apply: (file, _, content) => writeFile(file, content.toString("utf8").replace(number, "1e999")),
  },
  {
    name: "a-link",
    async apply(file) {
      await rm(file);
      await symlink("/etc/passwd", file);
    },
  },
];

/** Damaged submissions are invalid with a reason, never an error and never a score. */
export const malformedCheck: Check = {
  id: "malformed",
  async run(context) {
    const { task, tier, packPath } = context.loaded;
    const entry = task.submission.entries.find(({ kind, required }) => kind === "file" && required);
    if (entry === undefined) return [];
    const content = await readFile(path.join(packPath(tier.start), entry.path));
    const results: CheckResult[] = [];
    for (const damage of damages)
      if (damage.when?.(content, tier.tools.length) ?? true)
        results.push(await tryDamage(context, damage, entry, content));
    return results;
  },
};

async function tryDamage(
  { loaded, grader }: CheckContext,
  damage: Damage,
  entry: SubmissionEntry,
  content: Buffer,
): Promise<CheckResult> {
  const id = `malformed.${damage.name}`;
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-malformed-"));
  try {
    await cp(loaded.packPath(loaded.tier.start), folder, { recursive: true });
    await damage.apply(path.join(folder, entry.path), entry, content);
    const verdict = await grader.grade(folder, id);
    const ok = verdict.status === "invalid" && verdict.reason !== "";
    const found =
      verdict.status === "valid"
        ? `scored ${verdict.normalized.toFixed(3)}`
        : `${verdict.status}: ${verdict.reason.split("\n", 1)[0] ?? ""}`;
    return {
      id,
      ok,
      message: ok ? found : `${found}; it must be invalid, with a reason`,
      fix: `the scorer returns { status: "invalid", reason } for ${entry.path} like that, before it reads on`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
