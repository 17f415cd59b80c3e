import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionResult, OutputStream } from "@rebench/core";
import { z } from "zod";

/** Where a command's files are: readable by whoever attaches, also when the supervisor is gone. */
const commandsFolder = (directory: string): string => join(directory, "commands");
export const commandFolder = (directory: string, id: string): string => join(commandsFolder(directory), id);
export const outputPath = (directory: string, id: string, stream: OutputStream): string =>
  join(commandFolder(directory, id), stream);
export const resultPath = (directory: string, id: string): string => join(commandFolder(directory, id), "exit.json");

export const executionResultSchema = z.object({
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  timedOut: z.boolean(),
  outOfMemory: z.boolean(),
  stdoutBytes: z.number(),
  stderrBytes: z.number(),
}) satisfies z.ZodType<ExecutionResult>;

/** Null while the command runs. */
export async function readResult(directory: string, id: string): Promise<ExecutionResult | null> {
  try {
    return executionResultSchema.parse(JSON.parse(await readFile(resultPath(directory, id), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
