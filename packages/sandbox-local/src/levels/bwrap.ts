import type { TreeRecipe } from "@rebench/supervisor";
import { deviceLinks, devices, type MountStep } from "./mount-plan.ts";
import { holderScript, insideMembership, type LevelOptions } from "./level.ts";
import { becomePrefixes, broadcastPrefixes, limitPrefix } from "./prefixes.ts";

/** Bubblewrap: mounts, namespaces and the death signal in one program made for it. */
export function bwrapRecipe(options: LevelOptions): TreeRecipe {
  const { identity } = options;
  const ownUsers = identity.kind === "leased";
  return {
    start: [
      "bwrap",
      ...(ownUsers ? [] : ["--unshare-user", "--uid", String(identity.inside), "--gid", String(identity.inside)]),
      "--unshare-pid",
      "--unshare-net",
      "--unshare-ipc",
      "--unshare-uts",
      "--hostname",
      "rebench",
      "--as-pid-1",
      // With the supervisor, whose child this is; not with the runner.
      ...(options.endsWithSupervisor ? ["--die-with-parent"] : []),
      "--new-session",
      ...(ownUsers ? ["--cap-drop", "ALL"] : []),
      ...(ownUsers ? ["--dev", "/dev"] : deviceArguments()),
      "--proc",
      "/proc",
      ...options.mounts.flatMap(mountArguments),
      "--remount-ro",
      "/",
      "--chdir",
      "/",
      "sh",
      "-c",
      holderScript(options.endsWithSupervisor),
    ],
    namespaces: ownUsers ? ["mnt", "pid", "net", "ipc", "uts"] : ["user", "mnt", "pid", "net", "ipc", "uts"],
    limit: limitPrefix(options.resources),
    become: becomePrefixes(identity),
    broadcast: broadcastPrefixes(identity),
    broadcastInside: !ownUsers,
    membership: insideMembership(identity),
  };
}

function mountArguments(step: MountStep): string[] {
  switch (step.kind) {
    case "read-only":
      return ["--ro-bind", step.from, step.to];
    case "writable":
      return ["--bind", step.from, step.to];
    case "link":
      return ["--symlink", step.target, step.to];
    case "folder":
      return ["--perms", "0755", "--dir", step.to];
    case "hide":
      return ["--perms", "0000", "--tmpfs", step.to];
    case "memory":
      return ["--perms", "1777", "--size", String(step.bytes), "--tmpfs", step.to];
  }
}

// `--dev` would mount a devpts, for which bubblewrap needs a second user namespace that cannot be entered later.
function deviceArguments(): string[] {
  return [
    ...["--perms", "0755", "--dir", "/dev"],
    ...devices.flatMap((name) => ["--dev-bind-try", `/dev/${name}`, `/dev/${name}`]),
    ...deviceLinks.flatMap(([target, name]) => ["--symlink", target, `/dev/${name}`]),
  ];
}
