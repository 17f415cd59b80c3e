import type Docker from "dockerode";
import { orNull, unless } from "./answers.ts";
import { attachedStreams, type AttachedStreams } from "./attached-streams.ts";

interface ContainerState {
  readonly status: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Host pid of the first process, where the engine runs on this host; 0 when it is over. */
  readonly pid: number;
  readonly finishedAt: number;
}

export interface FoundContainer {
  readonly id: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  /** Id of its image. */
  readonly image: string;
}

export interface Containers {
  create(options: Docker.ContainerCreateOptions): Promise<string>;
  start(id: string): Promise<void>;
  /** Its input and output; before it is started, so that nothing is missed. */
  attach(id: string): Promise<AttachedStreams>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  kill(id: string): Promise<void>;
  /** Resolves with its exit code when it is over. */
  wait(id: string): Promise<number>;
  /** With its anonymous volumes, whatever state it is in. Done when it is gone. */
  remove(id: string): Promise<void>;
  state(id: string): Promise<ContainerState | null>;
  inspect(id: string): Promise<Docker.ContainerInspectInfo | null>;
  /** Running or not; those that carry each of the labels, `name` or `name=value`. */
  list(labels: readonly string[]): Promise<readonly FoundContainer[]>;
  /** CPU seconds of all its processes, dead ones included; also while it is paused. */
  cpuSeconds(id: string): Promise<number>;
}

const notModified = 304;
const notFound = 404;
const conflict = 409;

export function createContainers(docker: Docker): Containers {
  const get = (id: string): Docker.Container => docker.getContainer(id);
  const inspect = (id: string): Promise<Docker.ContainerInspectInfo | null> => orNull(get(id).inspect());

  async function remove(id: string): Promise<void> {
    for (let wait = 10; ; wait = Math.min(200, wait * 2)) {
      try {
        await unless([notFound], get(id).remove({ force: true, v: true }));
        return;
      } catch (error) {
        // Somebody is at it already, such as the engine itself after `AutoRemove`.
        if (!(error instanceof Error) || !("statusCode" in error) || error.statusCode !== conflict) throw error;
        if ((await inspect(id)) === null) return;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  return {
    create: async (options) => (await docker.createContainer(options)).id,
    start: (id) => unless([notModified], get(id).start()),
    attach: async (id) => {
      const stream = await get(id).attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
      return attachedStreams(docker, stream);
    },
    pause: (id) => unless([conflict], get(id).pause()),
    unpause: (id) => unless([conflict], get(id).unpause()),
    kill: (id) => unless([notFound, conflict], get(id).kill()),
    wait: async (id) => ((await get(id).wait()) as { StatusCode: number }).StatusCode,
    remove,
    inspect,
    state: async (id) => {
      const found = await inspect(id);
      if (found === null) return null;
      const { Status, ExitCode, OOMKilled, Pid, FinishedAt } = found.State;
      return {
        status: Status,
        exitCode: ExitCode,
        outOfMemory: OOMKilled,
        pid: Pid,
        finishedAt: Date.parse(FinishedAt) || 0,
      };
    },
    list: async (labels) => {
      const found = await docker.listContainers({ all: true, filters: { label: [...labels] } });
      return found.map(({ Id, State, Labels, Mounts, ImageID }) => ({
        id: Id,
        state: State,
        labels: Labels,
        image: ImageID,
        volumes: Mounts.filter(({ Type }) => Type === "volume").flatMap(({ Name }) => Name ?? []),
      }));
    },
    cpuSeconds: async (id) => {
      // Without `one-shot` the engine waits two seconds for a second look.
      const stats = await get(id).stats({ stream: false, "one-shot": true });
      return stats.cpu_stats.cpu_usage.total_usage / 1e9;
    },
  };
}
