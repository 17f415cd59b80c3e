/**
 * Frames that carry many byte streams over one connection. Each: length of the payload (u32), kind (u8), stream (u32), payload;
 * all numbers big-endian. Whoever serves the socket inside opens streams, with numbers that it does not use again.
 */
export const frameKinds = {
  /** A new stream; the payload names its channel, nothing the only one. */
  open: 1,
  /** Bytes of a stream, never more than its receiver has granted. */
  data: 2,
  /** The sender has no more bytes; the other direction stays open. */
  end: 3,
  /** The stream is over in both directions. */
  reset: 4,
  /** The receiver grants so many more bytes (u32). */
  window: 5,
} as const;

export type FrameKind = keyof typeof frameKinds;

export interface Frame {
  readonly kind: FrameKind;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const frameHeaderBytes = 9;
/** Larger payloads are cut, so that streams take turns. */
export const largestPayloadBytes = 64 * 1024;
/** What each side may send on a new stream before the first grant. */
export const initialWindowBytes = 256 * 1024;

const kindOfCode = new Map<number, FrameKind>(
  Object.entries(frameKinds).map(([kind, code]) => [code, kind as FrameKind]),
);

export function encodeFrame(frame: Frame): Buffer {
  const buffer = Buffer.allocUnsafe(frameHeaderBytes + frame.payload.length);
  buffer.writeUInt32BE(frame.payload.length, 0);
  buffer.writeUInt8(frameKinds[frame.kind], 4);
  buffer.writeUInt32BE(frame.stream, 5);
  buffer.set(frame.payload, frameHeaderBytes);
  return buffer;
}

/** Feed it chunks as they come; it returns the frames that are complete. Throws on what is no frame. */
export function createFrameDecoder(): (chunk: Uint8Array) => Frame[] {
  let rest: Uint8Array[] = [];
  let size = 0;

  return (chunk) => {
    rest.push(chunk);
    size += chunk.length;
    if (size < frameHeaderBytes) return [];
    let buffer = Buffer.concat(rest, size);
    const frames: Frame[] = [];
    while (buffer.length >= frameHeaderBytes) {
      const length = buffer.readUInt32BE(0);
      const kind = kindOfCode.get(buffer.readUInt8(4));
      if (kind === undefined || length > largestPayloadBytes) throw new Error("The relay's connection is out of step.");
      if (buffer.length < frameHeaderBytes + length) break;
      const payload = buffer.subarray(frameHeaderBytes, frameHeaderBytes + length);
      frames.push({ kind, stream: buffer.readUInt32BE(5), payload });
      buffer = buffer.subarray(frameHeaderBytes + length);
    }
    rest = buffer.length === 0 ? [] : [buffer];
    size = buffer.length;
    return frames;
  };
}

export function windowPayload(bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(bytes);
  return payload;
}

export function readWindow(payload: Uint8Array): number {
  return payload.length === 4 ? Buffer.from(payload).readUInt32BE(0) : 0;
}
