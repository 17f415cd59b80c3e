import type { Readable } from "node:stream";
import type { Request } from "./protocol.ts";

export interface ReceivedRequest {
  readonly request: Request;
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
}

/** A request as bytes: the length of its JSON (32 bits, little end first), the JSON, tokens, targets. */
export function encodeRequest(request: Request, parts: readonly Int32Array[]): Buffer[] {
  const json = Buffer.from(JSON.stringify(request));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return [length, json, ...parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))];
}

export async function* requests(stream: Readable): AsyncGenerator<ReceivedRequest> {
  const take = byteReader(stream);
  for (;;) {
    const length = await take(4);
    if (length === null) return;
    const json = await take(length.readUInt32LE());
    if (json === null) return;
    const request = JSON.parse(json.toString("utf8")) as Request;
    const bytes = request.type === "loss" ? request.values * 4 : 0;
    const [tokens, targets] = [await take(bytes), await take(bytes)];
    if (tokens === null || targets === null) return;
    yield { request, tokens: integers(tokens), targets: integers(targets) };
  }
}

const integers = (bytes: Buffer): Int32Array => new Int32Array(Uint8Array.from(bytes).buffer);

/** Takes exact numbers of bytes from a stream; null once it has ended. */
function byteReader(stream: Readable): (bytes: number) => Promise<Buffer | null> {
  const chunks = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  return async (bytes) => {
    const parts = [held];
    let length = held.length;
    while (length < bytes) {
      const next: IteratorResult<Buffer> = await chunks.next();
      if (next.done === true) return null;
      parts.push(next.value);
      length += next.value.length;
    }
    const all = Buffer.concat(parts);
    held = all.subarray(bytes);
    return all.subarray(0, bytes);
  };
}
