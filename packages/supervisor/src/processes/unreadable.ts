/** Of a process, or the view through it: gone by now. */
export function isGone(error: unknown): boolean {
  return hasCode(error, ["ENOENT", "ESRCH", "ENOTDIR"]);
}

/** Says nothing about a process, only about us: taken for an answer, it would make processes disappear. */
export function throwIfExhausted(error: unknown): void {
  if (hasCode(error, ["EMFILE", "ENFILE", "ENOMEM"])) throw error;
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
