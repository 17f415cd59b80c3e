import type { Readable, Writable } from "node:stream";
import { createMessageDecoder, encodeMessage, type Message } from "../../src/control/messages.ts";

type Header = Readonly<Record<string, unknown>>;

export interface MessagePeer {
  /** Replies with an error reject with its code. */
  request(method: string, fields?: Header, body?: Uint8Array): Promise<Message>;
  send(header: Header, body?: Uint8Array): void;
  /** The first event of this name that nobody has asked for yet. */
  event(name: string, matches?: (header: Header) => boolean): Promise<Header>;
  readonly closed: Promise<void>;
}

/** Speaks messages over two streams. */
export function createMessagePeer(input: Readable, output: Writable): MessagePeer {
  const waiting = new Map<unknown, { resolve: (message: Message) => void; reject: (error: Error) => void }>();
  const events: Header[] = [];
  const listeners = new Set<() => void>();
  const decode = createMessageDecoder();
  let lastId = 0;

  function take(message: Message): void {
    const { header } = message;
    if ("event" in header) {
      events.push(header);
      for (const listener of listeners) listener();
      return;
    }
    const waiter = waiting.get(header["id"]);
    waiting.delete(header["id"]);
    const error = header["error"] as { code: string; message: string } | undefined;
    if (error === undefined) waiter?.resolve(message);
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
  input.on("data", (chunk: Buffer) => decode(chunk).forEach(take));

  const send = (header: Header, body?: Uint8Array): void => {
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
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
  };
}
