import type { TreeRecipe } from "@rebench/supervisor";
import { holderScript, type LevelOptions } from "./level.ts";
import { becomePrefixes, broadcastPrefixes, limitPrefix } from "./prefixes.ts";

/** Users of its own among the host's processes and files. Root only. */
export function uidRecipe(options: LevelOptions): TreeRecipe {
  const { identity } = options;
  if (identity.kind !== "leased") throw new Error("The uid level needs leased users.");
  const broadcast = broadcastPrefixes(identity);
  const sweeps = [broadcast.agent, broadcast.harness].map((prefix) => [...prefix, "KILL"].map(quote).join(" "));
  // Reads until the supervisor is gone, then does its work. More than once: a sweep can be hit by one of its own user.
  const watch = `trap '' HUP INT TERM; echo ready; while read -r _; do :; done
    for round in 1 2 3 4 5 6 7 8 9 10; do ${sweeps.join("; ")}; sleep 0.05; done`;
  return {
    start: ["sh", "-c", options.endsWithSupervisor ? watch : holderScript(false)],
    namespaces: [],
    limit: limitPrefix(options.resources),
    become: becomePrefixes(identity),
    broadcast,
    broadcastInside: false,
    membership: { kind: "users", agent: identity.agent, harness: identity.harness },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
