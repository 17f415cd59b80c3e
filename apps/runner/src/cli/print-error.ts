import { RebenchError } from "@rebench/task-kit/errors";
import { terminalSafe } from "./terminal-safe.ts";

/** What a person sees of an error: what was wrong and how to put it right; a stack only for a defect of ours. */
export function describeError(error: unknown): string {
  if (RebenchError.is(error)) {
    const fix = error.fix === undefined ? "" : `\n  ${terminalSafe(error.fix)}`;
    return `rebench: ${terminalSafe(error.message)}${fix}\n  (${error.code})`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `rebench: this is a defect of rebench, please report it\n${terminalSafe(stack)}`;
}

/** The same for programs, on standard output under `--json`. */
export function errorObject(error: unknown): Record<string, unknown> {
  if (RebenchError.is(error)) return { error: { code: error.code, message: error.message, fix: error.fix ?? null } };
  return { error: { code: "defect", message: error instanceof Error ? error.message : String(error), fix: null } };
}
