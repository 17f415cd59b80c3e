/** Messages to and from our program inside: header length, body length (u32, big-endian), a JSON object, raw bytes. */
export interface Message {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const prefixBytes = 8;
export const largestPartBytes = 2 ** 20;
const nothing = Buffer.alloc(0);

export function encodeMessage(header: Readonly<Record<string, unknown>>, body: Uint8Array = nothing): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  if (text.length > largestPartBytes || body.length > largestPartBytes) {
    throw new Error(`A message of ${text.length} and ${body.length} bytes is too large.`);
  }
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, text, body]);
}

/** Feed it chunks as they come; it returns the messages that are complete. Throws on what is no message. */
export function createMessageDecoder(): (chunk: Uint8Array) => Message[] {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let needed = prefixBytes;

  return (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    if (size < needed) return [];
    let buffer = Buffer.concat(waiting, size);
    const messages: Message[] = [];
    for (;;) {
      needed = prefixBytes;
      if (buffer.length < needed) break;
      const [headerBytes, bodyBytes] = [buffer.readUInt32BE(0), buffer.readUInt32BE(4)];
      if (headerBytes > largestPartBytes || bodyBytes > largestPartBytes)
        throw new Error("The connection is out of step.");
      needed += headerBytes + bodyBytes;
      if (buffer.length < needed) break;
      const header: unknown = JSON.parse(buffer.toString("utf8", prefixBytes, prefixBytes + headerBytes));
      if (!isObject(header)) throw new Error("A message's header is no object.");
      messages.push({ header, body: buffer.subarray(prefixBytes + headerBytes, needed) });
      buffer = buffer.subarray(needed);
    }
    waiting = buffer.length === 0 ? [] : [buffer];
    size = buffer.length;
    return messages;
  };
}

function isObject(value: unknown): value is Message["header"] {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
