import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { RebenchError } from "@rebench/task-kit";
import { requestSchema, type Message, type Request, type RequestResult, type SupervisorEvent } from "../protocol.ts";

export interface ControlServer {
  readonly clients: number;
  announce(event: SupervisorEvent): void;
  close(): void;
}

export interface ControlServerOptions {
  readonly path: string;
  readonly handle: (request: Request) => Promise<RequestResult>;
  /** Said to each client when it connects. */
  readonly greeting: () => readonly SupervisorEvent[];
  readonly onClients: (count: number) => void;
}

/** The folder of the socket is private to its owner, so whoever can connect may ask for anything. */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const clients = new Set<Socket>();

  async function answer(socket: Socket, line: string): Promise<void> {
    let id = -1;
    try {
      const request = requestSchema.parse(JSON.parse(line));
      id = request.id;
      send(socket, { id, result: await options.handle(request) });
    } catch (error) {
      send(socket, { id, error: describeError(error) });
    }
  }

  const server: Server = createServer((socket) => {
    clients.add(socket);
    options.onClients(clients.size);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clients.delete(socket);
      options.onClients(clients.size);
    });
    const lines = createInterface({ input: socket });
    // It passes the socket's errors on, and an error that nobody hears ends the process.
    lines.on("error", () => socket.destroy());
    lines.on("line", (line) => void answer(socket, line));
    for (const event of options.greeting()) send(socket, event);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.path, resolve);
  });
  return {
    get clients() {
      return clients.size;
    },
    announce: (event) => {
      for (const socket of clients) send(socket, event);
    },
    close: () => {
      server.close();
      for (const socket of clients) socket.end();
    },
  };
}

function send(socket: Socket, message: Message): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function describeError(error: unknown): { code: string; message: string; fix?: string } {
  if (RebenchError.is(error)) {
    return { code: error.code, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
  }
  return { code: "sandbox.supervisor-failed", message: error instanceof Error ? error.message : String(error) };
}
