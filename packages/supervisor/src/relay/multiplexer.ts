import type { Duplex } from "node:stream";
import { createFrameDecoder, encodeFrame, readWindow, type Frame } from "./relay-frames.ts";
import { RelayStream } from "./relay-stream.ts";

export interface Multiplexer {
  readonly streams: number;
  open(): RelayStream;
  close(): void;
}

/** Carries streams over a connection that takes raw bytes. `onOpen` gets those that the other side opens, and the channel that they name. */
export function createMultiplexer(
  connection: Duplex,
  onOpen: (stream: RelayStream, channel: string) => void,
): Multiplexer {
  const streams = new Map<number, RelayStream>();
  const decode = createFrameDecoder();
  let lastNumber = 0;

  function make(number: number): RelayStream {
    const stream = new RelayStream(
      (kind, payload = new Uint8Array()) => {
        if (connection.writable) connection.write(encodeFrame({ kind, stream: number, payload }));
      },
      () => streams.delete(number),
    );
    streams.set(number, stream);
    return stream;
  }

  function take(frame: Frame): void {
    if (frame.kind === "open") {
      if (!streams.has(frame.stream)) onOpen(make(frame.stream), Buffer.from(frame.payload).toString());
      return;
    }
    // One that is unknown here was closed while the frame was on its way.
    const stream = streams.get(frame.stream);
    if (stream === undefined) return;
    switch (frame.kind) {
      case "data":
        return stream.receiveData(frame.payload);
      case "end":
        return stream.receiveEnd();
      case "reset":
        return stream.receiveReset();
      case "window":
        return stream.receiveWindow(readWindow(frame.payload));
    }
  }

  function over(): void {
    for (const stream of streams.values()) stream.receiveReset();
    streams.clear();
  }

  connection.on("data", (chunk: Buffer) => {
    try {
      for (const frame of decode(chunk)) take(frame);
    } catch {
      connection.destroy();
    }
  });
  connection.on("error", () => connection.destroy());
  connection.once("close", over);
  return {
    get streams() {
      return streams.size;
    },
    open: () => {
      const number = ++lastNumber;
      connection.write(encodeFrame({ kind: "open", stream: number, payload: new Uint8Array() }));
      return make(number);
    },
    close: () => {
      connection.destroy();
    },
  };
}
