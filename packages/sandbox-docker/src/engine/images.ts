import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { RebenchError } from "@rebench/task-kit";
import type Docker from "dockerode";
import type { Pack } from "tar-stream";
import { orNull, statusOf, unless } from "./answers.ts";

export interface ImageFacts {
  readonly id: string;
  readonly tags: readonly string[];
  /** Digests of its layers, lowest first. */
  readonly layers: readonly string[];
  /** `name@sha256:…` where a registry gave it. */
  readonly registryDigests: readonly string[];
  readonly bytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

interface BuildImageOptions {
  readonly context: Pack;
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** A line of the build's output. */
  readonly onLine: (line: string) => void;
}

export interface Images {
  inspect(name: string): Promise<ImageFacts | null>;
  /** Errors with the engine's words where a step fails; what the steps before it made is removed. */
  build(options: BuildImageOptions): Promise<void>;
  list(label: string): Promise<ReadonlyArray<{ readonly id: string; readonly tags: readonly string[] }>>;
  remove(name: string): Promise<void>;
}

const removalTries = 10;
const removalRetryMs = 200;

interface BuildLine {
  readonly stream?: string;
  readonly error?: string;
}

export function createImages(docker: Docker): Images {
  return {
    inspect: async (name) => {
      const found = await orNull(docker.getImage(name).inspect());
      if (found === null) return null;
      return {
        id: found.Id,
        tags: namesOf(found.RepoTags),
        layers: found.RootFS?.Layers ?? [],
        registryDigests: found.RepoDigests ?? [],
        bytes: found.Size,
        labels: found.Config.Labels ?? {},
      };
    },
    build: async ({ context, dockerfile, tag, labels, arguments: buildargs = {}, signal, onLine }) => {
      const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
        t: tag,
        dockerfile,
        labels: { ...labels },
        buildargs: { ...buildargs },
        forcerm: true,
        ...(signal === undefined ? {} : { abortSignal: signal }),
      });
      const made: string[] = [];
      try {
        await followBuild(stream as Readable, (line) => {
          const id = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1];
          if (id !== undefined) made.push(id);
          onLine(line);
        });
      } catch (error) {
        await removeSteps(docker, made).catch(() => undefined);
        throw error;
      }
    },
    list: async (label) => {
      const found = await docker.listImages({ filters: { label: [label] } });
      return found.map(({ Id, RepoTags }) => ({ id: Id, tags: namesOf(RepoTags) }));
    },
    // 409: a container of it is still there, and whoever owns that has the say.
    remove: (name) => unless([404, 409], docker.getImage(name).remove({ force: false })),
  };
}

/** The last step's image goes, and with it those before it that nothing else is made of. A stage that has a label of its own stays. */
async function removeSteps(docker: Docker, made: readonly string[]): Promise<void> {
  const last = made.at(-1);
  const image = last === undefined ? null : await orNull(docker.getImage(last).inspect());
  if (image === null || namesOf(image.RepoTags).length > 0 || Object.keys(image.Config.Labels ?? {}).length > 0) return;
  for (let left = removalTries; left > 0; left--) {
    try {
      return void (await docker.getImage(image.Id).remove({ force: false }));
    } catch (error) {
      // A build that was given up goes on for a moment. What else is made of it keeps it for good.
      if (statusOf(error) !== 409 || !/container/.test(String(error))) return;
      await sleep(removalRetryMs);
    }
  }
}

/** An image without a name is listed with one that says so. */
function namesOf(tags: readonly string[] | null | undefined): string[] {
  return (tags ?? []).filter((tag) => tag !== "<none>:<none>");
}

async function followBuild(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      const { stream: said, error } = JSON.parse(line) as BuildLine;
      if (error !== undefined) throw new RebenchError({ code: "sandbox.image-failed", message: error });
      for (const text of (said ?? "").split("\n")) if (text.trim() !== "") onLine(text.trimEnd());
    }
  }
}
