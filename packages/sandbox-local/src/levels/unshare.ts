import { existsSync } from "node:fs";
import type { TreeRecipe } from "@rebench/supervisor";
import { deviceLinks, devices, type MountStep } from "./mount-plan.ts";
import { holderScript, insideMembership, type LevelOptions } from "./level.ts";
import { becomePrefixes, broadcastPrefixes, limitPrefix } from "./prefixes.ts";

/** The same root as bubblewrap's, built by a shell with the tools of util-linux. */
export function unshareRecipe(options: LevelOptions): TreeRecipe {
  const { identity } = options;
  const ownUsers = identity.kind === "leased";
  const { agent, harness } = becomePrefixes(identity);
  // A command is not to think that it is root: `tar` and others would try what only root can do.
  const renamed =
    identity.kind === "own"
      ? ["unshare", "--user", `--map-user=${identity.inside}`, `--map-group=${identity.inside}`]
      : [];
  return {
    start: [
      // Ends with the supervisor, and everything inside with it.
      ...(options.endsWithSupervisor ? ["setpriv", "--pdeathsig", "KILL"] : []),
      "unshare",
      // `mount` works for a user called root only, even where another one holds every capability.
      ...(ownUsers ? [] : ["--user", "--map-root-user"]),
      "--mount",
      "--pid",
      "--net",
      "--ipc",
      "--uts",
      "--fork",
      "--kill-child=KILL",
      "sh",
      "-c",
      setUpScript(options, ownUsers),
    ],
    namespaces: ownUsers ? ["mnt", "pid", "net", "ipc", "uts"] : ["user", "mnt", "pid", "net", "ipc", "uts"],
    limit: limitPrefix(options.resources),
    become: { agent: [...renamed, ...agent], harness: [...renamed, ...harness] },
    broadcast: broadcastPrefixes(identity),
    broadcastInside: !ownUsers,
    membership: insideMembership(identity),
  };
}

// One pass at the end over what the fast way could not do: mounts below a bound one, and flags that a mount came with, which
// may not be taken off in a user namespace.
const restrict = `
  while read -r _ _ _ _ at flags _; do
    case $at in "$root" | "$root"/proc | "$root"/dev | "$root"/dev/*) continue ;; "$root"/*) ;; *) continue ;; esac
    mode=ro
    for writable in $writables; do
      case $at in "$root$writable" | "$root$writable"/*) mode=rw ;; esac
    done
    case ,$flags, in
      *,nosuid,*) case ,$flags, in *,$mode,*) case ,$flags, in *,nodev,*) continue ;; esac ;; esac ;;
    esac
    keep=
    for flag in noexec noatime nodiratime relatime; do
      case ,$flags, in *,$flag,*) keep=$keep,$flag ;; esac
    done
    mount -o "remount,bind,$mode,nosuid,nodev$keep" "$(printf %b "$at")"
  done </proc/self/mountinfo`;

function setUpScript(options: LevelOptions, withTerminals: boolean): string {
  const { mounts, rootFolder: root } = options;
  const holder = holderScript(options.endsWithSupervisor);
  const at = (path: string): string => quote(`${root}${path}`);
  const points = mounts.flatMap((step) => (mountPoint(step) === "folder" ? [step.to] : []));
  const files = mounts.flatMap((step) => (mountPoint(step) === "file" ? [step.to] : []));
  const writables = mounts.flatMap((step) => (step.kind === "writable" || step.kind === "memory" ? [step.to] : []));
  const nodes = devices.filter((name) => existsSync(`/dev/${name}`));
  return [
    "set -e; umask 022",
    `root=${quote(root)}; writables=${quote(writables.join(" "))}`,
    `mount -t tmpfs -o mode=0755,size=8m,nosuid,nodev rebench ${quote(root)}`,
    `mkdir -p ${["/proc", "/dev/pts", "/.old", ...points].map(at).join(" ")}`,
    ...files.map((path) => `: >${at(path)}`),
    ...nodes.map((name) => `: >${at(`/dev/${name}`)}; mount --bind /dev/${name} ${at(`/dev/${name}`)}`),
    ...deviceLinks.map(([target, name]) => `ln -s ${target} ${at(`/dev/${name}`)}`),
    ...(withTerminals
      ? [
          `mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,nosuid,noexec devpts ${at("/dev/pts")}`,
          `ln -s pts/ptmx ${at("/dev/ptmx")}`,
        ]
      : []),
    `mount -t proc -o nosuid,nodev,noexec proc ${at("/proc")}`,
    ...mounts.map((step) => mountCommand(step, at)),
    restrict,
    "ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || :",
    'cd "$root"; pivot_root . .old; cd /; umount -l /.old; rmdir /.old',
    "mount -o remount,bind,ro,nosuid,nodev /",
    `exec setpriv --inh-caps=-all --bounding-set=-all --no-new-privs sh -c ${quote(holder)}`,
  ].join("\n");
}

function mountPoint(step: MountStep): "folder" | "file" | "none" {
  switch (step.kind) {
    case "read-only":
      return step.isFile ? "file" : "folder";
    case "writable":
    case "folder":
    case "memory":
      return "folder";
    case "link":
    case "hide":
      return "none";
  }
}

function mountCommand(step: MountStep, at: (path: string) => string): string {
  switch (step.kind) {
    case "read-only":
      return bind("ro", step.from, at(step.to));
    case "writable":
      return bind("rw", step.from, at(step.to));
    case "link":
      return `ln -s ${quote(step.target)} ${at(step.to)}`;
    case "folder":
      return ":";
    case "hide":
      return `mount -t tmpfs -o mode=0000,size=4k,ro,nosuid,nodev hidden ${at(step.to)}`;
    case "memory":
      return `mount -t tmpfs -o mode=1777,size=${step.bytes},nosuid,nodev shm ${at(step.to)}`;
  }
}

function bind(mode: "ro" | "rw", from: string, to: string): string {
  return `mount -o rbind,${mode},nosuid,nodev ${quote(from)} ${to} 2>/dev/null || mount --rbind ${quote(from)} ${to}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
