import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { hasVariable, sandboxVariable, userOf } from "./processes/members.ts";
import { isAlive, processIdentitySchema } from "./processes/process-identity.ts";
import { isDead, readProcesses } from "./processes/process-table.ts";

/** Everything that a sandbox leaves on its host outside `directory`; written before anything of it exists. */
export const traceRecordSchema = z.object({
  /** Short name: in file names, and the marker in the environment of its processes. */
  name: z.string(),
  /** Where this record is stored. */
  path: z.string(),
  folders: z.array(z.string()),
  files: z.array(z.string()),
  /** Folders open to everyone in which the sandbox's users may have left files; empty where they cannot reach them. */
  openFolders: z.array(z.string()),
  /** Users that belong to this sandbox alone; empty where it runs as the caller. */
  users: z.array(z.number()),
  /** Who answers for it: the supervisor, or before there is one the process that creates it. */
  owner: processIdentitySchema,
});

export type TraceRecord = z.infer<typeof traceRecordSchema>;

export function readTraceRecords(folder: string): TraceRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      try {
        return [traceRecordSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")))];
      } catch {
        return [];
      }
    });
}

export function hasLivingOwner(record: TraceRecord): boolean {
  return isAlive(record.owner);
}

/** Host pids of processes that still belong to a sandbox whose owner is gone. */
export function findLeftovers(record: TraceRecord): number[] {
  return readProcesses()
    .filter((entry) => !isDead(entry) && entry.pid !== process.pid)
    .filter((entry) => {
      const user = userOf("/proc", entry.pid);
      return (user !== null && record.users.includes(user)) || hasVariable(entry.pid, sandboxVariable, record.name);
    })
    .map((entry) => entry.pid);
}

/** Kills until none is left; how many there were. */
export async function killLeftovers(record: TraceRecord): Promise<number> {
  const seen = new Set<number>();
  for (let attempt = 0; attempt < 200; attempt++) {
    const pids = findLeftovers(record);
    if (pids.length === 0) break;
    for (const pid of pids) {
      seen.add(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    await sleep(10);
  }
  return seen.size;
}

/** Removes folders and files, the record last: an interrupted removal is found and finished later. */
export function removeTraces(record: TraceRecord): void {
  for (const folder of record.folders) removeFolder(folder);
  sweepOpenFolders(record);
  for (const file of record.files) rmSync(file, { force: true });
  rmSync(record.path, { force: true });
}

// Whoever is gone could only write where everyone can, or below a folder of its own: nothing else is looked through.
function sweepOpenFolders({ openFolders, users }: TraceRecord): void {
  if (openFolders.length === 0 || users.length === 0) return;
  const owned = users.flatMap((user, index) => [...(index === 0 ? [] : ["-o"]), "-uid", String(user)]);
  const remove = ["(", ...owned, ")", "-prune", "-execdir", "rm", "-rf", "--", "{}", "+"];
  const skip = ["-o", "-type", "d", "!", "-perm", "-0002", "-prune"];
  spawnSync("find", [...openFolders, "-xdev", ...remove, ...skip], { stdio: "ignore", env: { PATH: "/usr/bin:/bin" } });
}

// `rm` walks by file descriptor: an agent that swaps a folder for a link meanwhile cannot lead it elsewhere.
function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (spawnSync("rm", ["-rf", "--", folder]).status === 0) return;
  // An ordinary user cannot empty a folder that the agent made unreadable.
  spawnSync("chmod", ["-R", "u+rwX", "--", folder]);
  spawnSync("rm", ["-rf", "--", folder]);
}

export function folderAgeMs(folder: string): number {
  return Date.now() - statSync(folder).mtimeMs;
}
