import { createHash } from "node:crypto";
import type { AttemptEvent, Stamp } from "../events/attempt-event.ts";
import type { JournalHead } from "../ports/attempt-store.ts";

/** `prev` of the first line: there is no line before it. */
const firstHash = "0".repeat(64);

export const emptyHead: JournalHead = { lines: 0, hash: firstHash };

/** Hex SHA-256 of a stored line's bytes, its newline not included. */
export function lineHash(line: string | Uint8Array): string {
  return createHash("sha256").update(line).digest("hex");
}

/** The line to store after `head`, without its newline. */
export function encodeLine(event: AttemptEvent, stamp: Omit<Stamp, "seq">, head: JournalHead): string {
  return JSON.stringify({ seq: head.lines, prev: head.hash, ...stamp, ...event });
}

export function nextHead(head: JournalHead, line: string | Uint8Array): JournalHead {
  return { lines: head.lines + 1, hash: lineHash(line) };
}
