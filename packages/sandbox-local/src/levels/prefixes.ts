import type { SandboxResources } from "@rebench/core";
import type { TreeRecipe } from "@rebench/supervisor";
import type { Identity } from "../identity.ts";

const megabyte = 2 ** 20;

/** Limits of each process. What all use together is the supervisor's to watch. */
export function limitPrefix(resources: SandboxResources): string[] {
  return [
    "prlimit",
    `--nproc=${resources.pids}`,
    // Above the limit for all together: a process shall meet the watcher, which says why, before it meets this wall.
    `--data=${Math.ceil(resources.memoryMb * 1.5 + 256) * megabyte}`,
    `--fsize=${Math.ceil(resources.diskMb) * megabyte}`,
    "--core=0",
    "--nofile=16384:16384",
  ];
}

export function becomePrefixes(identity: Identity): TreeRecipe["become"] {
  if (identity.kind === "own") {
    const same = ["setpriv", "--no-new-privs", "--inh-caps=-all"];
    return { agent: same, harness: same };
  }
  return { agent: become(identity.agent, identity.group), harness: become(identity.harness, identity.group) };
}

/** The kernel's sweep over every process of a user, or of a PID namespace where the user is the caller's own. */
export function broadcastPrefixes(identity: Identity): TreeRecipe["broadcast"] {
  const sweep = ["sh", "-c", 'kill -s "$1" -- -1 2>/dev/null', "sh"];
  if (identity.kind === "own") return { agent: sweep, harness: [] };
  return {
    agent: [...become(identity.agent, identity.group), ...sweep],
    harness: [...become(identity.harness, identity.group), ...sweep],
  };
}

export function become(user: number, group: number): string[] {
  return [
    "setpriv",
    `--reuid=${user}`,
    `--regid=${group}`,
    "--clear-groups",
    "--inh-caps=-all",
    "--bounding-set=-all",
    "--no-new-privs",
  ];
}
