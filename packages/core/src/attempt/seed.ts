import { createHash } from "node:crypto";

/** A seed that follows from another for a purpose: the same for the same, else unrelated. 32 hex digits. */
export function deriveSeed(seed: string, purpose: string): string {
  return createHash("sha256").update(`${seed}\n${purpose}`).digest("hex").slice(0, 32);
}
