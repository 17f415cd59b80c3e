import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { createMultiplexer, type Multiplexer } from "./multiplexer.ts";

export interface RelayServer {
  close(): void;
}

export interface RelayPaths {
  /** Host path of the socket that the sandbox connects to; null for no relay. */
  readonly insideSocket: string | null;
  /** Where runners come; one at a time, the last one counts. */
  readonly relaySocket: string;
}

const mostStreams = 256;
// A few more than can be served, for answers to those that cannot. Beyond that a connection is closed without a word: whoever
// connects in a loop must not use up the supervisor's open files.
const mostConnections = mostStreams + 8;
const refusedForMs = 250;
const refusal = JSON.stringify({ ok: false, text: "No runner is attached: try again when the attempt is being run." });
const unavailable =
  "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n" +
  `content-length: ${Buffer.byteLength(refusal)}\r\n\r\n${refusal}`;

/** Joins connections from inside the sandbox to whichever runner is attached. */
export async function startRelay(paths: RelayPaths): Promise<RelayServer> {
  const { insideSocket } = paths;
  if (insideSocket === null) return { close: () => undefined };
  let runner: { socket: Socket; multiplexer: Multiplexer } | null = null;

  const inside = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (runner === null || runner.multiplexer.streams >= mostStreams) return refuse(socket);
    const stream = runner.multiplexer.open();
    pipeline(socket, stream, (error) => {
      if (error) socket.destroy();
    });
    pipeline(stream, socket, (error) => {
      if (error) socket.destroy();
    });
  });
  inside.maxConnections = mostConnections;
  const outside = createServer((socket) => {
    runner?.socket.destroy();
    // Streams are opened on our side only.
    const current = { socket, multiplexer: createMultiplexer(socket, (stream) => stream.destroy()) };
    runner = current;
    socket.once("close", () => {
      if (runner === current) runner = null;
    });
  });
  await Promise.all([listen(inside, insideSocket), listen(outside, paths.relaySocket)]);
  // Its folder is for the sandbox; which of its users connects makes no difference.
  chmodSync(insideSocket, 0o666);
  return {
    close: () => {
      inside.close();
      outside.close();
      runner?.socket.destroy();
    },
  };
}

function refuse(socket: Socket): void {
  socket.end(unavailable);
  // What is left unread would turn the answer into a reset connection.
  socket.resume();
  setTimeout(() => socket.destroy(), refusedForMs).unref();
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}
