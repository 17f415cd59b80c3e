import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { attachedStreams, type AttachedStreams } from "./attached-streams.ts";

interface ExecCommand {
  readonly argv: readonly string[];
  /** User and group inside, as numbers. */
  readonly user: string;
}

interface ExecEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Processes added to a running container. */
export interface Execs {
  /** Joined to this process: it sees its input end when we are gone. */
  attach(container: string, command: ExecCommand): Promise<AttachedStreams>;
  /** Returns when it has been started. */
  detach(container: string, command: ExecCommand): Promise<void>;
  /** Waits for its end. */
  run(container: string, command: ExecCommand): Promise<ExecEnd>;
}

export function createExecs(docker: Docker): Execs {
  const create = ({ container, command, input }: { container: string; command: ExecCommand; input: boolean }) =>
    docker.getContainer(container).exec({
      Cmd: [...command.argv],
      User: command.user,
      WorkingDir: "/",
      Tty: false,
      AttachStdin: input,
      AttachStdout: true,
      AttachStderr: true,
    });
  return {
    attach: async (container, command) => {
      const exec = await create({ container, command, input: true });
      return attachedStreams(docker, await exec.start({ hijack: true, stdin: true }));
    },
    detach: async (container, command) => {
      const exec = await docker
        .getContainer(container)
        .exec({ Cmd: [...command.argv], User: command.user, WorkingDir: "/", Tty: false });
      // An answer without content that nobody reads would keep its connection, and this process, open.
      (await exec.start({ Detach: true })).resume();
    },
    run: async (container, command) => {
      const exec = await create({ container, command, input: false });
      const streams = attachedStreams(docker, await exec.start({ hijack: true, stdin: false }));
      const [stdout, stderr] = await Promise.all([text(streams.output), text(streams.errors)]);
      return { exitCode: (await exec.inspect()).ExitCode, stdout, stderr };
    },
  };
}
