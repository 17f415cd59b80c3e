import { readFile } from "node:fs/promises";
import { z } from "zod";
import { treeRecipeSchema } from "./recipe.ts";
import { traceRecordSchema } from "./traces.ts";

const commandDefaults = z.object({ cwd: z.string(), environment: z.record(z.string(), z.string()) });

/** Everything that a supervisor is told when it starts, as a file that the sandbox cannot reach. */
export const supervisorConfigurationSchema = z.object({
  id: z.string(),
  purpose: z.enum(["attempt", "scoring"]),
  /** Host folder for status, deadlines and command output. */
  directory: z.string(),
  controlSocket: z.string(),
  /** Where the runner takes the relay's connections. */
  relaySocket: z.string(),
  /** Host path of the socket that the sandbox connects to; null without a relay. */
  insideSocket: z.string().nullable(),
  recipe: treeRecipeSchema,
  users: z.object({ agent: commandDefaults, harness: commandDefaults }),
  memoryMb: z.number(),
  diskMb: z.number(),
  /** Host folders whose size counts against `diskMb`. */
  measuredFolders: z.array(z.string()),
  traces: traceRecordSchema,
  /** An attempt for which nobody set a deadline ends this long after its last client left. */
  abandonedAfterMs: z.number(),
  /** How long an ended sandbox waits to be collected before its supervisor lets go. */
  keptForMs: z.number(),
});

export type SupervisorConfiguration = z.infer<typeof supervisorConfigurationSchema>;

export async function readConfiguration(path: string): Promise<SupervisorConfiguration> {
  return supervisorConfigurationSchema.parse(JSON.parse(await readFile(path, "utf8")));
}
