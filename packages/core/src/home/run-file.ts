import { readFile } from "node:fs/promises";
import { RebenchError } from "@rebench/task-kit";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { digestText } from "../lock/content-digest.ts";

const headSchema = z.object({ lines: z.number().int().nonnegative(), hash: z.string() });

/** `run.json`: what was asked for, who carries it out, and the heads of the journals. Never part of a statistic. */
const runFileSchema = z.object({
  schema: z.literal(1),
  runId: z.string(),
  startedAt: z.string(),
  host: z.string(),
  /** Operating-system process that owns the run; a process id alone could be another one by now. */
  runner: z.object({ pid: z.number().int(), startTime: z.string() }),
  outcome: z.enum(["running", "completed", "partial", "interrupted"]),
  /** Digest of `lock.json` beside it: the packs that the run was made with. */
  lock: z.string().nullable().default(null),
  attempts: z.array(
    z.object({
      attemptId: z.string(),
      task: z.string(),
      agent: z.string(),
      /** Null until the attempt has finished. */
      head: headSchema.nullable(),
    }),
  ),
});

export type RunFile = z.infer<typeof runFileSchema>;

/** Replaces the file at once: a reader sees the old one or the new one. */
export async function writeRunFile(file: string, run: RunFile): Promise<void> {
  await writeFileAtomic(file, seal(run), { mode: 0o600 });
}

/** The file's text: behind everything else a digest of it, so that a change to any byte shows. */
function seal(run: object): string {
  return encode({ ...run, digest: digestText(encode(run)) });
}

const encode = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Whether a run file is, to the byte, what was written last. */
export function isSealed(content: Uint8Array): boolean {
  try {
    const { digest, ...run } = JSON.parse(Buffer.from(content).toString("utf8")) as Record<string, unknown>;
    return digest !== undefined && Buffer.from(seal(run)).equals(content);
  } catch {
    return false;
  }
}

/** Errors with code `run.not-found` or `run.unreadable`. */
export async function readRunFile(file: string): Promise<RunFile> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? `there is no run at ${file}` : `cannot read ${file}: ${(cause as Error).message}`;
    const fix = missing ? "`rebench runs` lists the runs of this home" : "check the permissions of the file";
    throw new RebenchError({ code: missing ? "run.not-found" : "run.unreadable", message, fix, cause });
  }
  try {
    return runFileSchema.parse(JSON.parse(text));
  } catch (cause) {
    const fix = "`rebench verify` says what else is wrong; the journals beside it hold the scores";
    throw new RebenchError({ code: "run.unreadable", message: `${file} is not a run file`, fix, cause });
  }
}
