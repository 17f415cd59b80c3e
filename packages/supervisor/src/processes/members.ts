import { readFileSync, readlinkSync } from "node:fs";
import type { Membership } from "../recipe.ts";
import { isDead, readProcesses, type ProcessEntry } from "./process-table.ts";
import { throwIfExhausted } from "./unreadable.ts";

/** Set in the environment of every command, so that what left its parent is still found. */
export const sandboxVariable = "REBENCH_SANDBOX";
export const commandVariable = "REBENCH_COMMAND";

/** All of a sandbox, or of its agent only. Where both are one user, the same. */
export type MemberScope = "agent" | "all";

export interface MemberQuery {
  readonly membership: Membership;
  readonly scope: MemberScope;
  /** `/proc`, or the sandbox's own seen from outside: far shorter, but its pids mean nothing on the host. */
  readonly procRoot: string;
  /** PID namespace of the sandbox, as `readlink /proc/PID/ns/pid` says it; null where it has none of its own. */
  readonly namespace: string | null;
  /** Value of {@link sandboxVariable}. */
  readonly marker: string;
  /** Host pids of what the supervisor started for this scope; their descendants count. */
  readonly roots: readonly number[];
}

/** Living processes of a sandbox, its first process left out. */
export function findMembers(query: MemberQuery): ProcessEntry[] {
  const inside = query.procRoot !== "/proc";
  const entries = readProcesses(query.procRoot).filter((entry) => !isDead(entry));
  const { membership, procRoot } = query;
  switch (membership.kind) {
    case "users": {
      const users = query.scope === "agent" ? [membership.agent] : [membership.agent, membership.harness];
      return entries.filter((entry) => {
        const real = userOf(procRoot, entry.pid);
        // A command that has not yet become its user. Inside it shows by its parent, which is outside.
        const arriving = inside
          ? entry.ppid === 0 && entry.pid !== 1 && real === 0
          : query.namespace === null && query.roots.includes(entry.pid);
        return arriving || (real !== null && users.includes(real));
      });
    }
    case "namespace":
      if (inside) return entries.filter((entry) => entry.pid !== 1);
      return entries.filter(
        (entry) =>
          namespaceOf(entry.pid) === query.namespace && !query.roots.includes(entry.pid) && !isFirst(entry.pid),
      );
    case "marker": {
      const found = withDescendants(entries, new Set(query.roots));
      return entries.filter((entry) => found.has(entry.pid) || hasVariable(entry.pid, sandboxVariable, query.marker));
    }
  }
}

/** The given pids and everything below them, and everything in a session or process group that one of those leads. */
export function withDescendants(entries: readonly ProcessEntry[], roots: ReadonlySet<number>): Set<number> {
  const found = new Set(roots);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const entry of entries) {
      if (found.has(entry.ppid) || found.has(entry.sid) || found.has(entry.pgid)) found.add(entry.pid);
    }
  }
  return found;
}

export function hasVariable(pid: number, name: string, value: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0${name}=${value}\0`);
  } catch (error) {
    throwIfExhausted(error);
    return false;
  }
}

/** Real user; the owner of `/proc/PID` would be root for a process that cannot be traced. */
export function userOf(procRoot: string, pid: number): number | null {
  try {
    const user = /^Uid:\s+(\d+)/m.exec(readFileSync(`${procRoot}/${pid}/status`, "latin1"))?.[1];
    return user === undefined ? null : Number(user);
  } catch (error) {
    throwIfExhausted(error);
    return null;
  }
}

export function namespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch (error) {
    throwIfExhausted(error);
    return null;
  }
}

function isFirst(pid: number): boolean {
  try {
    return /^NSpid:.*\s1$/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch (error) {
    throwIfExhausted(error);
    return false;
  }
}
