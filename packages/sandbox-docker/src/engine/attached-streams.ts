import { PassThrough, type Duplex, type Readable } from "node:stream";
import type Docker from "dockerode";

/** Input and output of a process in a container; over when the process ends, or the engine does. */
export interface AttachedStreams {
  /** Raw: what is written arrives at its input. */
  readonly input: Duplex;
  readonly output: Readable;
  readonly errors: Readable;
  readonly closed: Promise<void>;
  close(): void;
}

/** Takes apart what the engine sends over one connection. */
export function attachedStreams(docker: Docker, connection: NodeJS.ReadWriteStream): AttachedStreams {
  const socket = connection as Duplex;
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  const errors = new PassThrough();
  (docker.modem as { demuxStream: (from: Duplex, out: PassThrough, err: PassThrough) => void }).demuxStream(
    socket,
    output,
    errors,
  );
  const closed = new Promise<void>((resolve) => {
    const over = (): void => {
      // The engine has closed its half; ours would keep this process alive.
      socket.destroy();
      output.end();
      errors.end();
      resolve();
    };
    socket.once("end", over).once("close", over);
    socket.on("error", () => socket.destroy());
  });
  return { input: socket, output, errors, closed, close: () => socket.destroy() };
}
