import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createMultiplexer } from "./multiplexer.ts";

export interface RelayClient {
  /** From now on connections arrive; until then the sandbox hears that no runner is attached. At most one listener. */
  onConnection(listener: (connection: Duplex) => void): void;
  close(): void;
}

/** A runner's end of the relay; null where the sandbox has none. */
export function createRelayClient(path: string | null): RelayClient {
  let socket: Socket | null = null;
  return {
    onConnection: (listener) => {
      if (path === null || socket !== null) return;
      socket = connect(path);
      createMultiplexer(socket, (stream) => {
        // A sandbox that dies in the middle of a request is no error of the runner's.
        stream.on("error", () => undefined);
        listener(stream);
      });
    },
    close: () => socket?.destroy(),
  };
}
