import { createReadStream } from "node:fs";

/** One stored line without its newline; `complete` is false for bytes after the last newline. */
export interface StoredLine {
  readonly bytes: Uint8Array;
  readonly complete: boolean;
  /** Offset of the first byte after the line and its newline. */
  readonly end: number;
}

const newline = 0x0a;

/** Streams a journal's lines from `start`, holding one at a time. */
export async function* journalLines(file: string, start = 0): AsyncGenerator<StoredLine> {
  let pending: Buffer[] = [];
  let end = start;
  for await (const data of createReadStream(file, { start })) {
    let chunk = data as Buffer;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline)) {
      const bytes = Buffer.concat([...pending, chunk.subarray(0, at)]);
      pending = [];
      end += bytes.length + 1;
      yield { bytes, complete: true, end };
      chunk = chunk.subarray(at + 1);
    }
    if (chunk.length > 0) pending.push(chunk);
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield { bytes: rest, complete: false, end: end + rest.length };
}
