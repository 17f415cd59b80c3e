import { sandboxVariable, type TreeRecipe } from "@rebench/supervisor";
import { holderScript, type LevelOptions } from "./level.ts";
import { limitPrefix } from "./prefixes.ts";

/** The caller's own user, processes and files. Commands have their own session and a clean environment, and that is all. */
export function noneRecipe(options: LevelOptions, name: string): TreeRecipe {
  // Told the process group of each command; also finds by its marker what left its group.
  const watch = `trap '' HUP INT TERM; groups=; echo ready; while read -r group; do groups="$groups -$group"; done
    for round in 1 2 3; do
      kill -s KILL -- $groups 2>/dev/null
      for process in /proc/[0-9]*; do
        if grep -qs ${sandboxVariable}=${name} "$process/environ"; then kill -s KILL "\${process#/proc/}" 2>/dev/null; fi
      done
    done`;
  const linux = process.platform === "linux";
  return {
    start: ["sh", "-c", options.endsWithSupervisor ? watch : holderScript(false)],
    namespaces: [],
    // The number of processes cannot be limited: it would count all that this user runs.
    limit: linux ? limitPrefix(options.resources).filter((part) => !part.startsWith("--nproc")) : [],
    become: { agent: [], harness: [] },
    broadcast: { agent: [], harness: [] },
    broadcastInside: false,
    membership: { kind: "marker" },
  };
}
