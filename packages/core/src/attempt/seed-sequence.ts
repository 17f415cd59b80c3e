import { createHash } from "node:crypto";

/** Seeds that follow from one seed: the same attempt seed gives every scoring the same seed again. 32 hex digits each. */
export function seedSequence(seed: string): { next(): string } {
  let count = 0;
  return { next: () => deriveSeed(seed, `scoring ${count++}`) };
}

export function deriveSeed(seed: string, purpose: string): string {
  return createHash("sha256").update(`${seed}\n${purpose}`).digest("hex").slice(0, 32);
}
