import { Duplex } from "node:stream";
import { initialWindowBytes, largestPayloadBytes, windowPayload, type FrameKind } from "./relay-frames.ts";

export type SendFrame = (kind: FrameKind, payload?: Uint8Array) => void;

const nothing = new Uint8Array();

/** One stream of a multiplexed connection. Neither side holds more than the window: a slow reader slows its own stream only. */
export class RelayStream extends Duplex {
  readonly #send: SendFrame;
  readonly #forget: () => void;
  #credit = initialWindowBytes;
  #ungranted = 0;
  #heldBytes = 0;
  #waiting: { chunk: Buffer; done: (error?: Error | null) => void } | null = null;
  #sentEnd = false;
  #gotEnd = false;
  #gotReset = false;

  constructor(send: SendFrame, forget: () => void) {
    super({ allowHalfOpen: true, readableHighWaterMark: initialWindowBytes / 4 });
    this.#send = send;
    this.#forget = forget;
  }

  /** What the other side sent. */
  receiveData(chunk: Uint8Array): void {
    this.#heldBytes += chunk.length;
    if (this.#gotEnd || this.#heldBytes > initialWindowBytes) {
      this.destroy(new Error("The other end of the relay sent more than it was granted."));
      return;
    }
    this.#ungranted += chunk.length;
    // A copy: the chunk is part of a buffer that may hold much more.
    if (this.push(Buffer.from(chunk))) this.#grant();
  }

  receiveEnd(): void {
    this.#gotEnd = true;
    this.push(null);
  }

  receiveReset(): void {
    this.#gotReset = true;
    this.destroy(this.#gotEnd && this.#sentEnd ? undefined : new Error("The other end of the relay is gone."));
  }

  receiveWindow(bytes: number): void {
    this.#credit += bytes;
    this.#flush();
  }

  override _read(): void {
    this.#grant();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#waiting = { chunk, done };
    this.#flush();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#sentEnd = true;
    this.#send("end", nothing);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#gotReset && !(this.#sentEnd && this.#gotEnd)) this.#send("reset", nothing);
    this.#forget();
    this.#waiting = null;
    done(error);
  }

  // State first, then the frame: what it sets off may come back within the call.
  #grant(): void {
    const bytes = this.#ungranted;
    if (bytes === 0) return;
    this.#ungranted = 0;
    this.#heldBytes -= bytes;
    this.#send("window", windowPayload(bytes));
  }

  #flush(): void {
    while (this.#waiting !== null && this.#credit > 0) {
      const { chunk, done } = this.#waiting;
      const part = chunk.subarray(0, Math.min(this.#credit, largestPayloadBytes));
      const rest = chunk.subarray(part.length);
      this.#credit -= part.length;
      this.#waiting = rest.length === 0 ? null : { chunk: rest, done };
      this.#send("data", part);
      if (rest.length === 0) done();
    }
  }
}
