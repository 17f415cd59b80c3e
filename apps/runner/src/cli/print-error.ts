import type { CommanderError } from "commander";
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

/** What commander found wrong with the arguments, as one of our own errors. */
export function usageError({ code, message }: CommanderError): RebenchError {
  return new RebenchError({
    code: "usage.arguments",
    message: code === "commander.help" ? "a command is missing" : message.replace(/^error: /, ""),
    fix: "`rebench --help` lists the commands, `rebench COMMAND --help` a command's options",
  });
}

const sqliteFull = 13;

/** A full disk is nobody's defect; everything else stays what it was. */
export function explainSystemError(error: unknown): unknown {
  const { code, errcode, message } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: unknown };
  if (code !== "ENOSPC" && code !== "EDQUOT" && errcode !== sqliteFull) return error;
  return new RebenchError({
    code: "home.disk-full",
    message: String(message),
    fix: "free space on that disk, or choose another data folder with --home; every score shown so far is stored",
    cause: error,
  });
}
