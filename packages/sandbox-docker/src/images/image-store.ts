import type { SandboxObservation } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import type { Engine } from "../engine/connect.ts";
import type { ImageFacts } from "../engine/images.ts";
import { labels } from "../labels.ts";
import { buildContext, dockerfilePath, scopeArgument, type BuildContext } from "./build-context.ts";
import { requireSpace } from "./free-space.ts";

interface SandboxImageFound {
  readonly name: string;
  readonly observed: SandboxObservation;
}

export interface EnsureImageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Images on one engine, one for each content digest. */
export interface ImageStore {
  /** `context` is a host folder with a Dockerfile; null for the plain image. Errors with code `sandbox.image-failed`. */
  ensure(context: string | null, options: EnsureImageOptions): Promise<SandboxImageFound>;
  /** Name of an image that is there, whichever it is; null where there is none. */
  any(): Promise<string | null>;
  /** Removes those that no container uses; how many there were. */
  removeUnused(options: { readonly dryRun: boolean }): Promise<number>;
}

const mostLinesKept = 12;

export function openImageStore(engine: Engine, scope: string): ImageStore {
  const repository = `rebench/${scope}`;
  // Attempts that start together wait for one build. A failed one is forgotten, so that the next may try again.
  const building = new Map<string, Promise<void>>();

  async function ensure(folder: string | null, options: EnsureImageOptions): Promise<SandboxImageFound> {
    const context = buildContext(folder);
    const name = `${repository}:${context.digest}`;
    let found = await engine.images.inspect(name);
    for (; found === null; found = await engine.images.inspect(name)) {
      const others = building.get(name);
      if (others === undefined) {
        const work = build(context, name, options).finally(() => building.delete(name));
        building.set(name, work);
        await work;
        if ((await engine.images.inspect(name)) === null) throw failed(name, "it is not there after it was built");
      } else {
        // Whose build it is may give it up; then the next one begins another.
        await orAborted(others, options.signal).catch((error: unknown) => {
          options.signal?.throwIfAborted();
          if (RebenchError.is(error)) throw error;
        });
      }
    }
    return { name, observed: await observe(context, found) };
  }

  async function build(context: BuildContext, name: string, options: EnsureImageOptions): Promise<void> {
    await requireSpace(await engine.system.facts());
    const last: string[] = [];
    options.onProgress?.(`building image ${name}`);
    try {
      await engine.images.build({
        context: context.archive(),
        dockerfile: dockerfilePath,
        tag: name,
        arguments: { [scopeArgument]: scope },
        labels: { [labels.scope]: scope, [labels.image]: "sandbox" },
        signal: options.signal,
        onLine: (line) => {
          last.push(line);
          if (last.length > mostLinesKept) last.shift();
          if (/^Step \d+\/\d+ :/.test(line)) options.onProgress?.(line);
        },
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      throw failed(name, [...last, error instanceof Error ? error.message : String(error)].join("\n"), error);
    }
  }

  async function observe(context: BuildContext, image: ImageFacts): Promise<SandboxObservation> {
    const bases = await Promise.all(context.bases.map((base) => engine.images.inspect(base)));
    return {
      engine: (await engine.system.facts()).version,
      image: image.id,
      layers: image.layers,
      bases: bases.flatMap((base) => base?.registryDigests ?? []),
    };
  }

  const ours = () => engine.images.list(`${labels.scope}=${scope}`);

  async function removeUnused({ dryRun }: { readonly dryRun: boolean }): Promise<number> {
    const used = new Set((await engine.containers.list([])).map(({ image }) => image));
    const unused = (await ours()).filter(({ id }) => !used.has(id));
    if (!dryRun)
      for (const { id, tags } of unused)
        for (const name of tags.length > 0 ? tags : [id]) await engine.images.remove(name);
    return unused.length;
  }

  return {
    ensure,
    any: async () => (await ours()).flatMap(({ tags }) => tags)[0] ?? null,
    removeUnused,
  };
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const aborted = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", aborted, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", aborted));
}

function failed(name: string, message: string, cause?: unknown): RebenchError {
  return new RebenchError({
    code: "sandbox.image-failed",
    message: `the image ${name} could not be built:\n${message}`,
    fix: "run with --sandbox local, or mend what the build says",
    cause,
  });
}
