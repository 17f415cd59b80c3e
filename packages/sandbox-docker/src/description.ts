import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What another process needs to take a sandbox over; a file in its `directory`. */
const descriptionSchema = z.object({
  /** Of the engine. */
  address: z.string(),
  container: z.string(),
  observed: z.object({
    engine: z.string(),
    image: z.string(),
    layers: z.array(z.string()),
    bases: z.array(z.string()),
  }),
  purpose: z.enum(["attempt", "scoring"]),
  cpus: z.number(),
  memoryMb: z.number(),
  diskMb: z.number(),
  pids: z.number(),
  relay: z.boolean(),
  egress: z.array(z.string()).nullable(),
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
