import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identifyProcess } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import type { BaseFolder } from "./base-folder.ts";
import type { Identity } from "./identity.ts";

const usersPerLease = 2;

/** First user and number of leases: users that no account of any distribution has, as far as the user namespace reaches. */
export function leaseRange(
  uidMap = readFileSync("/proc/self/uid_map", "utf8"),
): { first: number; count: number } | null {
  const mapped = (user: number): boolean =>
    uidMap
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .some(([start = 0, , length = 0]) => user >= start && user < start + length);
  // Above what systemd gives to containers, below the sign bit.
  for (const range of [
    { first: 1_900_000_000, count: 32_768 },
    { first: 30_000, count: 4096 },
  ]) {
    if (mapped(range.first) && mapped(range.first + range.count * usersPerLease)) return range;
  }
  return null;
}

/**
 * Takes two users for a sandbox. The lease is a file: it lasts until the sandbox is removed, since files of these users exist
 * as long, and it names the sandbox's record, without which it counts for nothing.
 */
export function leaseUsers(base: BaseFolder, recordPath: string): Extract<Identity, { kind: "leased" }> {
  const range = leaseRange();
  if (range === null) throw noUsers();
  const start = Math.floor(Math.random() * range.count);
  for (let step = 0; step < range.count; step++) {
    const agent = range.first + usersPerLease * ((start + step) % range.count);
    const lease = join(base.leases, String(agent));
    if (take(lease, recordPath)) return { kind: "leased", agent, harness: agent + 1, group: agent, lease };
  }
  throw noUsers();
}

/** Leases whose sandbox is no more. */
export function staleLeases(base: BaseFolder): string[] {
  return readdirSync(base.leases)
    .map((name) => join(base.leases, name))
    .filter((path) => {
      const holder = readHolder(path);
      return (
        holder !== null && !existsSync(holder.recordPath) && identifyProcess(holder.pid)?.startTime !== holder.startTime
      );
    });
}

function take(lease: string, recordPath: string): boolean {
  try {
    const self = identifyProcess(process.pid);
    writeFileSync(lease, JSON.stringify({ recordPath, ...self }), { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function readHolder(path: string): { recordPath: string; pid: number; startTime: string } | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null) return null;
    const { recordPath, pid, startTime } = value as Record<string, unknown>;
    return { recordPath: String(recordPath), pid: Number(pid), startTime: String(startTime) };
  } catch {
    return null;
  }
}

export function releaseLease(path: string): void {
  rmSync(path, { force: true });
}

function noUsers(): RebenchError {
  return new RebenchError({
    code: "sandbox.no-users",
    message: "There is no range of user ids for sandboxes.",
    fix: "Run `rebench clean`, or run as an ordinary user.",
  });
}

/** Whether this process may become other users: root of its machine or container. */
export function canLeaseUsers(): boolean {
  return process.platform === "linux" && process.geteuid?.() === 0 && leaseRange() !== null;
}
