import { RebenchError } from "@rebench/task-kit";
import type { Blame, Outcome } from "../events/outcome.ts";

/** Ends an attempt from within; never leaves `executeAttempt`. */
export class AttemptFailure extends Error {
  readonly blame: Blame;
  readonly code: string;

  constructor(blame: Blame, code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.blame = blame;
    this.code = code;
  }
}

/** Whatever was thrown, as an outcome with blame. */
export function failedOutcome(error: unknown): Extract<Outcome, { kind: "failed" }> {
  if (error instanceof AttemptFailure)
    return { kind: "failed", blame: error.blame, code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) return { kind: "failed", blame: "host", code: "host.disk-full", message };
  if (!RebenchError.is(error)) return { kind: "failed", blame: "host", code: "host.defect", message };
  const blame: Blame = error.code.startsWith("sandbox.") ? "sandbox" : error.code.startsWith("pack.") ? "pack" : "host";
  return { kind: "failed", blame, code: error.code, message };
}

function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT";
}
