import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxDeadlines, SandboxEnd } from "@rebench/core";
import { z } from "zod";
import { writeJsonAtomic } from "./atomic-file.ts";
import { processIdentitySchema } from "./processes/process-identity.ts";

export const sandboxEndSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("destroyed") }),
  z.object({ kind: z.literal("deadline"), limit: z.enum(["working", "wall"]), at: z.number() }),
  z.object({ kind: z.literal("disk"), usedMb: z.number() }),
  z.object({ kind: z.literal("died"), reason: z.string(), blame: z.literal("agent").optional() }),
]) satisfies z.ZodType<SandboxEnd>;

export const deadlinesSchema = z.object({
  workingEndsAt: z.number().nullable(),
  wallEndsAt: z.number().nullable(),
}) satisfies z.ZodType<SandboxDeadlines>;

const statusSchema = z.object({
  supervisor: processIdentitySchema,
  state: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("running") }),
    z.object({ kind: z.literal("frozen") }),
    z.object({ kind: z.literal("ended"), end: sandboxEndSchema }),
  ]),
});

/** What a supervisor last said about its sandbox; readable when it is gone. */
export type SupervisorStatus = z.infer<typeof statusSchema>;

const statusPath = (directory: string): string => join(directory, "status.json");
export const deadlinesPath = (directory: string): string => join(directory, "deadlines.json");

export async function readStatus(directory: string): Promise<SupervisorStatus | null> {
  return readJson(statusPath(directory), statusSchema);
}

export async function readDeadlines(directory: string): Promise<SandboxDeadlines | null> {
  return readJson(deadlinesPath(directory), deadlinesSchema);
}

export async function writeStatus(directory: string, status: SupervisorStatus): Promise<void> {
  await writeJsonAtomic(statusPath(directory), status);
}

export async function writeDeadlines(directory: string, deadlines: SandboxDeadlines): Promise<void> {
  await writeJsonAtomic(deadlinesPath(directory), deadlines);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return null;
  }
  return schema.parse(JSON.parse(text));
}
