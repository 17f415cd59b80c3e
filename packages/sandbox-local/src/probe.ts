import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { IsolationLevel, LevelProbe } from "@rebench/core";
import { tryRecipe } from "@rebench/supervisor";
import type { BaseFolder } from "./base-folder.ts";
import { foldersBelow, makeFolders } from "./folders.ts";
import type { Identity } from "./identity.ts";
import { buildLevel, type LocalLevelName } from "./levels/build-level.ts";
import { isWithin } from "./levels/mount-plan.ts";
import { become } from "./levels/prefixes.ts";
import { canLeaseUsers, leaseRange } from "./uid-leases.ts";

export type LocalProbe = LevelProbe & { readonly level: LocalLevelName };

export interface ProbeOptions {
  readonly base: BaseFolder;
  readonly protectedPaths: readonly string[];
  readonly readablePaths: readonly string[];
}

export const localLevels: readonly LocalLevelName[] = ["bwrap", "unshare", "uid", "none"];
const nothing = { files: false, processes: false, network: false, users: false };
const programs = ["nsenter", "setpriv", "setsid", "prlimit", "env", "du", "sh"];
const allowNamespaces =
  "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), or run as root.";

export async function probeLevel(level: LocalLevelName, options: ProbeOptions): Promise<LocalProbe> {
  if (level === "none") return { level, available: true, guarantees: nothing };
  const refuse = (reason: string, fix?: string): LocalProbe => ({
    level,
    available: false,
    guarantees: nothing,
    reason,
    ...(fix === undefined ? {} : { fix }),
  });
  if (process.platform !== "linux") return refuse("it needs Linux", "Use Docker.");
  if (level === "uid" && !canLeaseUsers()) return refuse("only root can run commands as other users");
  const wanted = [
    ...programs,
    ...(level === "bwrap" ? ["bwrap"] : level === "unshare" ? ["unshare", "mount", "pivot_root"] : []),
  ];
  const missing = wanted.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    const names = missing.map((program) => (program === "bwrap" ? "bubblewrap" : program));
    return refuse(`${missing.join(", ")} not found`, `Install ${[...new Set(names)].join(", ")}.`);
  }
  const failure = await tryLevel(level, options);
  if (failure !== null) return refuse(failure, allowNamespaces);
  const users = canLeaseUsers();
  if (level === "uid") return probeFilesOfUser(options);
  const exposed = exposedPaths(options);
  if (exposed.length === 0)
    return { level, available: true, guarantees: { files: true, processes: true, network: true, users } };
  return {
    level,
    available: true,
    guarantees: { files: false, processes: true, network: true, users },
    reason: `${exposed.join(", ")} holds what programs need to run, so it can be read inside`,
    fix: "Keep packs and checkouts outside of system folders.",
  };
}

/** A whole sandbox for one command, in the folders that a real one would have. */
async function tryLevel(level: LocalLevelName, { base, readablePaths }: ProbeOptions): Promise<string | null> {
  const name = `probe-${randomBytes(4).toString("hex")}`;
  const root = join(base.sandboxes, name);
  const identity = probeIdentity();
  try {
    const folders = foldersBelow(root);
    makeFolders(folders, identity);
    const resources = { cpus: 1, memoryMb: 512, diskMb: 64, pids: 64 };
    const built = buildLevel({ level, base, name, root, identity, resources, protectedPaths: [], readablePaths });
    return await tryRecipe(built.recipe, join(root, "log"), ["env", "-i", "--chdir=/", "PATH=/usr/bin:/bin", "true"]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Users of the range that leases come from, without taking one: nothing of theirs stays. */
function probeIdentity(): Identity {
  const range = canLeaseUsers() ? leaseRange() : null;
  if (range === null) return { kind: "own", inside: 1000 };
  const agent = range.first + 2 * range.count - 2;
  return { kind: "leased", agent, harness: agent + 1, group: agent, lease: "" };
}

/** Files are the host's own here: a path is protected where its mode keeps strangers out. */
function probeFilesOfUser(options: ProbeOptions): LocalProbe {
  const identity = probeIdentity();
  const user = identity.kind === "leased" ? identity.agent : 0;
  const [program = "", ...rest] = become(user, user);
  const script = 'for path; do if [ -r "$path" ] || [ -x "$path" ]; then printf "%s\\0" "$path"; fi; done';
  const result = spawnSync(program, [...rest, "sh", "-c", script, "sh", ...options.protectedPaths], {
    encoding: "utf8",
  });
  const readable = result.stdout.split("\0").filter(Boolean);
  const guarantees = { files: readable.length === 0, processes: true, network: false, users: true };
  if (readable.length === 0) return { level: "uid", available: true, guarantees };
  return {
    level: "uid",
    available: true,
    guarantees,
    reason: `other users can read ${readable.join(", ")}`,
    fix: `Run: chmod o-rwx ${readable.map((path) => `'${path}'`).join(" ")}`,
  };
}

/** Protected paths that are, or hold, a folder which every sandbox gets. Those below one are hidden instead. */
function exposedPaths({ protectedPaths, readablePaths }: ProbeOptions): string[] {
  const granted = ["/usr", "/etc/ssl/certs", ...readablePaths];
  return protectedPaths.filter(
    (path) => existsSync(path) && granted.some((root) => isWithin(root, realpathSync(path))),
  );
}

function isInstalled(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

export function isLocalLevel(level: IsolationLevel): level is LocalLevelName {
  return level !== "docker";
}
