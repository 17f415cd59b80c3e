import type { Readable, Writable } from "node:stream";

export interface Message {
  readonly header: Record<string, unknown>;
  readonly body: Buffer;
}

export interface MessagePeer {
  /** Replies with an error reject with its code. */
  request(method: string, fields?: Record<string, unknown>, body?: Uint8Array): Promise<Message>;
  send(header: Record<string, unknown>, body?: Uint8Array): void;
  /** The first event of this name that nobody has asked for yet. */
  event(name: string, matches?: (header: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  readonly closed: Promise<void>;
}

export function encodeMessage(header: unknown, body: Uint8Array = new Uint8Array()): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, text, body]);
}

/** Speaks messages over two streams. */
export function createMessagePeer(input: Readable, output: Writable): MessagePeer {
  const waiting = new Map<number, { resolve: (message: Message) => void; reject: (error: Error) => void }>();
  const events: Array<Record<string, unknown>> = [];
  let listeners: Array<() => void> = [];
  let rest = Buffer.alloc(0);
  let lastId = 0;

  function take({ header, body }: Message): void {
    if (typeof header["event"] === "string") {
      events.push(header);
      for (const listener of listeners) listener();
      return;
    }
    const waiter = waiting.get(Number(header["id"]));
    waiting.delete(Number(header["id"]));
    const error = header["error"] as { code: string; message: string } | undefined;
    if (error === undefined) waiter?.resolve({ header, body });
    else waiter?.reject(Object.assign(new Error(`${error.code}: ${error.message}`), { code: error.code }));
  }

  const closed = new Promise<void>((resolve) => {
    const over = (): void => {
      for (const { reject } of waiting.values()) reject(new Error("The connection is over."));
      waiting.clear();
      resolve();
    };
    input.once("close", over).once("end", over).once("error", over);
  });
  output.on("error", () => undefined);
  input.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const [headerLength, bodyLength] = [rest.readUInt32BE(0), rest.readUInt32BE(4)];
      if (rest.length < 8 + headerLength + bodyLength) return;
      const header = JSON.parse(rest.subarray(8, 8 + headerLength).toString()) as Record<string, unknown>;
      const body = Buffer.from(rest.subarray(8 + headerLength, 8 + headerLength + bodyLength));
      rest = rest.subarray(8 + headerLength + bodyLength);
      take({ header, body });
    }
  });
  const send = (header: Record<string, unknown>, body?: Uint8Array): void => {
    output.write(encodeMessage(header, body));
  };

  return {
    closed,
    send,
    request: (method, fields = {}, body) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        send({ ...fields, id, method }, body);
      }),
    event: (name, matches = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = events.findIndex((header) => header["event"] === name && matches(header));
          const [found] = index < 0 ? [] : events.splice(index, 1);
          if (found === undefined) return;
          listeners = listeners.filter((listener) => listener !== look);
          resolve(found);
        };
        listeners.push(look);
        look();
      }),
  };
}
