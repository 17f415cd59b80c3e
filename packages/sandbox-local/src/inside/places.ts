import { posix } from "node:path";
import type { SandboxLayout } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import type { SandboxFolders } from "../folders.ts";

/** A path inside, as the host reaches it. */
export interface Place {
  /** Host folder that we made and that no agent can replace. */
  readonly root: string;
  /** Names below it, the last one included. */
  readonly parts: readonly string[];
}

/** Finds the host's side of an absolute path inside. Folders that exist only in the sandbox's memory have none. */
export function locate(path: string, layout: SandboxLayout, folders: SandboxFolders): Place {
  const clean = posix.normalize(path);
  const roots: ReadonlyArray<readonly [string, string]> = [
    [layout.home, folders.home],
    [layout.task, folders.task],
    [layout.harness, folders.harness],
  ];
  for (const [inside, root] of roots) {
    if (clean === inside) return { root, parts: [] };
    if (clean.startsWith(`${inside}/`))
      return {
        root,
        parts: clean
          .slice(inside.length + 1)
          .split("/")
          .filter(Boolean),
      };
  }
  throw new RebenchError({
    code: "sandbox.path-outside",
    message: `${path} is not below ${roots.map(([inside]) => inside).join(", ")}.`,
    fix: "Use a path below one of the sandbox's folders.",
  });
}

export function splitLast(place: Place): { readonly folder: readonly string[]; readonly name: string } {
  const name = place.parts.at(-1);
  if (name === undefined) {
    throw new RebenchError({ code: "sandbox.not-a-file", message: "The path names a folder, not a file." });
  }
  return { folder: place.parts.slice(0, -1), name };
}
