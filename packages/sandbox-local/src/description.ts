import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { traceRecordSchema } from "@rebench/supervisor";
import { z } from "zod";

const identitySchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("leased"), agent: z.number(), harness: z.number(), group: z.number(), lease: z.string() }),
  z.object({ kind: z.literal("own"), inside: z.number() }),
]);

/** What another process needs to take a sandbox over; a file in its `directory`. */
const descriptionSchema = z.object({
  isolation: z.enum(["bwrap", "unshare", "uid", "none"]),
  guarantees: z.object({ files: z.boolean(), processes: z.boolean(), network: z.boolean(), users: z.boolean() }),
  layout: z.object({
    home: z.string(),
    solution: z.string(),
    task: z.string(),
    tools: z.string(),
    socket: z.string(),
    sharedMemory: z.string(),
    harness: z.string(),
  }),
  identity: identitySchema,
  root: z.string(),
  controlSocket: z.string(),
  relaySocket: z.string(),
  relay: z.boolean(),
  traces: traceRecordSchema,
});

export type SandboxDescription = z.infer<typeof descriptionSchema>;

export const descriptionPath = (directory: string): string => join(directory, "sandbox.json");

export async function readDescription(directory: string): Promise<SandboxDescription | null> {
  try {
    return descriptionSchema.parse(JSON.parse(await readFile(descriptionPath(directory), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
