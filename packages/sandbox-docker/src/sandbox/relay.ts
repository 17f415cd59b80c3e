import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createMultiplexer } from "@rebench/supervisor";
import type { AttachedStreams } from "../engine/attached-streams.ts";
import type { Engine } from "../engine/connect.ts";
import { layout, program, users } from "../inside-paths.ts";

export const egressPort = 3128;

export interface RelayOptions {
  readonly engine: Engine;
  readonly container: string;
  readonly egress: boolean;
  /** Waits while the container is paused; rejects when it is over. */
  readonly running: () => Promise<void>;
  readonly onStream: (stream: Duplex, channel: string) => void;
}

export interface Relay {
  /** Resolves when connections from inside arrive. */
  readonly ready: Promise<void>;
  close(): void;
}

const retryMs = 250;

/** Joins the container, which has no network, to this process; again and again until it is closed or the container is over. */
export function openRelay({ engine, container, egress, running, onStream }: RelayOptions): Relay {
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  let streams: AttachedStreams | null = null;
  let closed = false;
  const argv = [
    program,
    "relay",
    "--socket",
    `${layout.socket}=api`,
    ...(egress ? ["--port", `${egressPort}=egress`] : []),
  ];

  async function serve(): Promise<void> {
    streams = await engine.execs.attach(container, { argv, user: users.root.name });
    if (closed) return streams.close();
    const { input, output } = streams;
    // Its first words say that it listens.
    output.once("readable", isReady);
    const connection = Duplex.from({ readable: output, writable: input });
    connection.on("error", () => undefined);
    createMultiplexer(connection, (stream, channel) => {
      // A sandbox that dies in the middle of a request is no error of the runner's.
      stream.on("error", () => undefined);
      onStream(stream, channel);
    });
    await streams.closed;
  }

  void (async () => {
    while (!closed) {
      try {
        await running();
        await serve();
      } catch {
        // The engine is not there, or the container is over: then `running` says so.
      }
      if (closed || !(await isStillThere(running))) break;
      await sleep(retryMs);
    }
    isReady();
  })();

  return {
    ready,
    close: () => {
      closed = true;
      streams?.close();
    },
  };
}

async function isStillThere(running: () => Promise<void>): Promise<boolean> {
  return running().then(
    () => true,
    () => false,
  );
}
