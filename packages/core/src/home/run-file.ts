import { readFile } from "node:fs/promises";
import { RebenchError } from "@rebench/task-kit";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";

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
  await writeFileAtomic(file, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
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
