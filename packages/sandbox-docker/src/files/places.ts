import { posix } from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { layout } from "../inside-paths.ts";

const roots = [layout.home, layout.task, layout.harness];

/** The folder of ours that a path inside is below. Errors with `sandbox.path-outside`. */
export function rootOf(path: string): string {
  const clean = posix.normalize(path);
  const root = roots.find((folder) => clean === folder || clean.startsWith(`${folder}/`));
  if (root !== undefined) return root;
  throw new RebenchError({
    code: "sandbox.path-outside",
    message: `${path} is not below ${roots.join(", ")}.`,
    fix: "Use a path below one of the sandbox's folders.",
  });
}
