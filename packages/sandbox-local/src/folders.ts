import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "./identity.ts";

/** Host paths of one sandbox's folders. */
export interface SandboxFolders {
  readonly root: string;
  readonly home: string;
  readonly solution: string;
  readonly harness: string;
  readonly task: string;
  readonly tools: string;
  readonly tmp: string;
  /** Holds the relay's socket. */
  readonly run: string;
  /** Synthetic files of `/etc`. */
  readonly etc: string;
  /** Empty: where a new root is built. */
  readonly newRoot: string;
}

export function foldersBelow(root: string): SandboxFolders {
  return {
    root,
    home: join(root, "home"),
    solution: join(root, "home/solution"),
    harness: join(root, "harness"),
    task: join(root, "task"),
    tools: join(root, "tools"),
    tmp: join(root, "tmp"),
    run: join(root, "run"),
    etc: join(root, "etc"),
    newRoot: join(root, "root"),
  };
}

export function makeFolders(folders: SandboxFolders, identity: Identity): void {
  make(folders.root, 0o710);
  // Only this sandbox's group passes: another attempt's agent cannot, even where it sees the same file system.
  if (identity.kind === "leased") chownSync(folders.root, 0, identity.group);
  make(folders.home, 0o755, owner(identity, "agent"));
  make(folders.solution, 0o755, owner(identity, "agent"));
  make(folders.harness, 0o755, owner(identity, "harness"));
  for (const folder of [folders.task, folders.tools, folders.run, folders.etc, folders.newRoot]) make(folder, 0o755);
  make(folders.tmp, 0o1777);
  const { agent, harness, group } =
    identity.kind === "leased" ? identity : { agent: identity.inside, harness: null, group: identity.inside };
  const users = [
    `agent:x:${agent}:${group}::/home/agent:/bin/sh`,
    ...(harness === null ? [] : [`harness:x:${harness}:${group}::/home/harness:/bin/sh`]),
    "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin",
  ];
  write(join(folders.etc, "passwd"), users);
  write(join(folders.etc, "group"), [`agent:x:${group}:`, "nogroup:x:65534:"]);
  write(join(folders.etc, "hosts"), ["127.0.0.1 localhost rebench", "::1 localhost"]);
  write(join(folders.etc, "nsswitch.conf"), ["passwd: files", "group: files", "hosts: files"]);
}

/** User and group of what belongs to one side; null where there is but one user. */
export function owner(identity: Identity, user: "agent" | "harness"): readonly [number, number] | null {
  return identity.kind === "leased" ? [identity[user], identity.group] : null;
}

function make(path: string, mode: number, ids: readonly [number, number] | null = null): void {
  mkdirSync(path);
  // Not left to the umask.
  chmodSync(path, mode);
  if (ids !== null) chownSync(path, ...ids);
}

function write(path: string, lines: readonly string[]): void {
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o644 });
}
