import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { RebenchError } from "@rebench/task-kit";
import { messageSchema, type RequestBody, type RequestResult, type SupervisorEvent } from "../protocol.ts";

/** A connection to a supervisor. */
export interface SupervisorClient {
  request(body: RequestBody): Promise<RequestResult>;
  /** Resolves when the connection is over, from whichever side. */
  readonly closed: Promise<void>;
  close(): void;
}

interface Pending {
  readonly resolve: (result: RequestResult) => void;
  readonly reject: (error: Error) => void;
}

export async function connectToSupervisor(
  path: string,
  onEvent: (event: SupervisorEvent) => void,
): Promise<SupervisorClient> {
  const socket = await open(path);
  const pending = new Map<number, Pending>();
  let lastId = 0;

  const lines = createInterface({ input: socket });
  // It passes the socket's errors on, and an error that nobody hears ends the process.
  lines.on("error", () => socket.destroy());
  lines.on("line", (line) => {
    const message = messageSchema.parse(JSON.parse(line));
    if ("event" in message) return onEvent(message);
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if ("error" in message) waiting?.reject(new RebenchError(definedOnly(message.error)));
    else waiting?.resolve(message.result);
  });
  socket.on("error", () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      for (const waiting of pending.values()) waiting.reject(goneError());
      pending.clear();
      resolve();
    });
  });

  return {
    closed,
    request: (body) =>
      new Promise<RequestResult>((resolve, reject) => {
        if (!socket.writable) return reject(goneError());
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ ...body, id })}\n`);
      }),
    close: () => socket.end(),
  };
}

export function goneError(): RebenchError {
  return new RebenchError({ code: "sandbox.gone", message: "The sandbox has ended, or its supervisor has." });
}

async function open(path: string): Promise<Socket> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

function definedOnly(error: { code: string; message: string; fix?: string | undefined }) {
  const { fix, ...rest } = error;
  return fix === undefined ? rest : { ...rest, fix };
}
