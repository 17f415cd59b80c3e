import { goneError } from "@rebench/supervisor";
import { createMessageClient, type MessageClient, type Reply } from "../control/message-client.ts";
import { statusOf } from "../engine/answers.ts";
import type { Engine } from "../engine/connect.ts";
import { program, users } from "../inside-paths.ts";
import { labels } from "../labels.ts";
import { filesProfile } from "../profile/host-config.ts";

export interface FilesDeskOptions {
  readonly engine: Engine;
  readonly container: string;
  readonly image: string;
  readonly scope: string;
}

/**
 * A companion container that reaches a sandbox's volumes, whether that runs, is paused or is over, and that no process of the agent
 * can see. Started when first needed; ends with its connection.
 */
export interface FilesDesk {
  request(method: string, values: Readonly<Record<string, unknown>>, body?: Uint8Array): Promise<Reply>;
  close(): Promise<void>;
}

export function createFilesDesk({ engine, container, image, scope }: FilesDeskOptions): FilesDesk {
  let opened: Promise<{ readonly id: string; readonly client: MessageClient }> | null = null;

  async function open(): Promise<{ readonly id: string; readonly client: MessageClient }> {
    const id = await create().catch(async (error: unknown) => {
      // Without the sandbox's container there are no volumes either; the engine calls that a bad parameter.
      throw statusOf(error) !== null && (await engine.containers.inspect(container)) === null ? goneError() : error;
    });
    try {
      const streams = await engine.containers.attach(id);
      await engine.containers.start(id);
      return { id, client: createMessageClient({ streams, goneError }) };
    } catch (error) {
      await engine.containers.remove(id);
      throw error;
    }
  }

  function create(): Promise<string> {
    return engine.containers.create({
      Image: image,
      Cmd: [program, "files"],
      User: users.root.name,
      Hostname: "rebench",
      WorkingDir: "/",
      OpenStdin: true,
      // Its input ends with our connection, and it with its input.
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Labels: { [labels.scope]: scope, [labels.role]: "files", [labels.of]: container },
      HostConfig: filesProfile(container),
    });
  }

  return {
    request: async (method, values, body) => {
      opened ??= open();
      let desk;
      try {
        desk = await opened;
      } catch (error) {
        opened = null;
        throw error;
      }
      void desk.client.closed.then(() => (opened = null));
      return desk.client.request(method, values, body);
    },
    close: async () => {
      const desk = await opened?.catch(() => null);
      opened = null;
      if (desk === undefined || desk === null) return;
      desk.client.close();
      await engine.containers.remove(desk.id);
    },
  };
}
