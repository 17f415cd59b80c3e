import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import type { AttachedStreams } from "../engine/attached-streams.ts";
import { createMessageDecoder, encodeMessage, type Message } from "./messages.ts";

export interface Reply {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Requests and replies over one attached process. */
export interface MessageClient {
  request(method: string, values?: Readonly<Record<string, unknown>>, body?: Uint8Array): Promise<Reply>;
  /** Resolves when the connection is over, from whichever side. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface MessageClientOptions {
  readonly streams: AttachedStreams;
  /** Sent before anything else. */
  readonly greeting?: Readonly<Record<string, unknown>>;
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void;
  /** What a request that got no answer is rejected with. */
  readonly goneError: () => Error;
}

const replySchema = z.object({
  id: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export function createMessageClient(options: MessageClientOptions): MessageClient {
  const { streams, greeting, onEvent, goneError } = options;
  const pending = new Map<number, Pending>();
  const decode = createMessageDecoder();
  let lastId = 0;
  let over = false;

  function take({ header, body }: Message): void {
    if ("event" in header) return onEvent?.(header);
    const { id, error } = replySchema.parse(header);
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve({ header, body: Buffer.from(body) });
    else waiting?.reject(new RebenchError({ code: `inside.${error.code}`, message: error.message }));
  }

  streams.output.on("data", (chunk: Buffer) => {
    try {
      for (const message of decode(chunk)) take(message);
    } catch {
      streams.close();
    }
  });
  streams.errors.resume();
  const closed = streams.closed.then(() => {
    over = true;
    for (const waiting of pending.values()) waiting.reject(goneError());
    pending.clear();
  });
  if (greeting !== undefined) streams.input.write(encodeMessage(greeting));

  return {
    closed,
    request: (method, values = {}, body) =>
      new Promise((resolve, reject) => {
        if (over || !streams.input.writable) return reject(goneError());
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        streams.input.write(encodeMessage({ ...values, id, method }, body));
      }),
    close: () => streams.close(),
  };
}
