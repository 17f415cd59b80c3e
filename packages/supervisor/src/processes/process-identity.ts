import { z } from "zod";
import { isDead, readProcess } from "./process-table.ts";

/** A process for good: pids are used again, pids with their start time are not. */
export const processIdentitySchema = z.object({ pid: z.number(), startTime: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export function identifyProcess(pid: number): ProcessIdentity | null {
  const entry = readProcess(pid);
  return entry === null ? null : { pid, startTime: entry.startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const entry = readProcess(identity.pid);
  return entry !== null && entry.startTime === identity.startTime && !isDead(entry);
}
