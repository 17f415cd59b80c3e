import type {
  LevelProbe,
  Sandbox,
  SandboxObservation,
  SandboxProvider,
  SandboxReference,
  SandboxSpec,
  CreateSandboxOptions,
} from "@rebench/core";
import { commandEnvironment, goneError, writeJsonAtomic } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import type Docker from "dockerode";
import { cleanEngine } from "./clean.ts";
import { descriptionPath, readDescription, type SandboxDescription } from "./description.ts";
import { engineAt, findEngine, type Engine } from "./engine/connect.ts";
import { openEgress, proxyVariables, type EgressPorts } from "./egress/egress.ts";
import type { EngineFacts } from "./engine/system.ts";
import type { EngineLocation } from "./engine/locations.ts";
import { createFilesDesk } from "./files/files-desk.ts";
import { freeMb } from "./images/free-space.ts";
import { openImageStore, type EnsureImageOptions, type ImageStore } from "./images/image-store.ts";
import { layout, program } from "./inside-paths.ts";
import { labelled, labels } from "./labels.ts";
import { hardenedProfile } from "./profile/host-config.ts";
import { probeProfile } from "./profile/probe-profile.ts";
import type { ProfilePoint } from "./profile/read-back.ts";
import { guarantees, openSandbox } from "./sandbox/sandbox.ts";

export interface DockerSandboxProviderOptions {
  /** Containers and images of another scope are left alone; by default one for each user of this machine. */
  readonly scope?: string;
  /** Use this engine, as in `DOCKER_HOST`; by default the first that answers. */
  readonly address?: string;
}

export interface DockerSandboxProvider extends SandboxProvider {
  /** Builds the image if its content has not been built before. `context` as in a spec's image; null for the plain one. */
  ensureImage(context: string | null, options: EnsureImageOptions): Promise<SandboxObservation>;
  /** Removes images that no container uses; how many there were. */
  cleanImages(options: { readonly dryRun: boolean }): Promise<number>;
  /** What the engine really makes of the profile; null where no image of ours is there to try it with. */
  checkProfile(): Promise<readonly ProfilePoint[] | null>;
  /** The engine that is used. Errors with code `sandbox.no-engine`. */
  engineFacts(): Promise<EngineFacts & EngineLocation & { readonly freeMb: number | null }>;
}

const abandonedAfterMs = 10 * 60_000;
const scoringAbandonedMs = 60_000;

/** Sandboxes made of containers. */
export function createDockerSandboxProvider(options: DockerSandboxProviderOptions = {}): DockerSandboxProvider {
  return createProvider(options, {});
}

/** What only tests change, to see that without it they fail. */
export interface ProviderInternals {
  readonly profile?: (profile: Docker.HostConfig) => Docker.HostConfig;
  readonly engine?: (engine: Engine) => Engine;
  readonly egress?: EgressPorts;
}

export function createProvider(
  options: DockerSandboxProviderOptions,
  internals: ProviderInternals,
): DockerSandboxProvider {
  const scope = options.scope ?? `user-${process.getuid?.() ?? 0}`;
  let opened: Promise<{ readonly engine: Engine; readonly images: ImageStore }> | null = null;

  function open(): Promise<{ readonly engine: Engine; readonly images: ImageStore }> {
    opened ??= find()
      .then((engine) => internals.engine?.(engine) ?? engine)
      .then((engine) => ({ engine, images: openImageStore(engine, scope) }));
    // An engine that is started later shall be found then.
    opened.catch(() => (opened = null));
    return opened;
  }

  async function find(): Promise<Engine> {
    const { address } = options;
    return address === undefined ? findEngine() : findEngine([{ found: "the caller", address }]);
  }

  async function create(spec: SandboxSpec, { signal, onProgress }: CreateSandboxOptions = {}): Promise<Sandbox> {
    signal?.throwIfAborted();
    const { engine, images } = await open();
    const { name: image, observed } = await images.ensure(spec.image?.context ?? null, { signal, onProgress });
    signal?.throwIfAborted();
    const scoring = spec.purpose === "scoring";
    const profile = hardenedProfile(spec.resources);
    const container = await engine.containers.create({
      Image: image,
      Cmd: [
        program,
        "init",
        ...["--purpose", spec.purpose],
        ...["--disk-mb", String(Math.ceil(spec.resources.diskMb))],
        ...["--abandoned-ms", String(scoring ? scoringAbandonedMs : abandonedAfterMs)],
        ...["--for", spec.directory],
      ],
      User: "0:0",
      Hostname: "rebench",
      WorkingDir: "/",
      NetworkDisabled: true,
      Labels: {
        [labels.scope]: scope,
        [labels.role]: "sandbox",
        [labels.sandbox]: spec.id,
        [labels.run]: spec.labels.run,
        [labels.attempt]: spec.labels.attempt,
        [labels.purpose]: spec.purpose,
      },
      HostConfig: { ...(internals.profile?.(profile) ?? profile), AutoRemove: scoring },
    });
    try {
      const description: SandboxDescription = {
        address: engine.location.address,
        container,
        observed: { ...observed, layers: [...observed.layers], bases: [...observed.bases] },
        purpose: spec.purpose,
        cpus: spec.resources.cpus,
        memoryMb: spec.resources.memoryMb,
        diskMb: spec.resources.diskMb,
        pids: spec.resources.pids,
        relay: spec.relay,
        egress: spec.egress === undefined ? null : [...spec.egress],
      };
      await writeJsonAtomic(descriptionPath(spec.directory), description);
      await engine.containers.start(container);
      return await stand(engine, { provider: "docker", id: spec.id, directory: spec.directory }, { fresh: true });
    } catch (error) {
      await engine.containers.remove(container);
      throw error;
    }
  }

  async function stand(engine: Engine, reference: SandboxReference, { fresh }: { readonly fresh: boolean }) {
    const description = await readDescription(reference.directory);
    const found = description === null ? null : await engine.containers.inspect(description.container);
    if (description === null || found === null) throw goneError();
    const { container, observed, diskMb, relay, egress } = description;
    const image = found.Config.Image;
    const fromImage = Object.fromEntries(found.Config.Env.map((line) => split(line)));
    const environment = (user: "agent" | "harness"): Record<string, string> => ({
      ...fromImage,
      ...commandEnvironment(user, layout, description, "/tmp"),
      PATH: `${layout.tools}:${fromImage["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"}`,
      ...(egress === null ? {} : proxyVariables),
    });
    return openSandbox({
      engine,
      container,
      image,
      scope,
      diskMb,
      relay,
      keepsOutput: description.purpose === "attempt",
      observed,
      reference,
      fresh,
      frozen: found.State.Paused,
      environment: { agent: environment("agent"), harness: environment("harness") },
      desk: createFilesDesk({ engine, container, image, scope }),
      onEgress: egress === null ? null : openEgress(egress, internals.egress),
    });
  }

  async function attach(reference: SandboxReference): Promise<Sandbox> {
    const description = await readDescription(reference.directory);
    const engine =
      description === null || options.address !== undefined
        ? (await open()).engine
        : engineAt({ found: "the attempt", address: description.address });
    if (description === null) await removeUnknown(engine, reference);
    return stand(engine, reference, { fresh: false });
  }

  /** Made, but not yet written down: nothing can have run in it. */
  async function removeUnknown(engine: Engine, reference: SandboxReference): Promise<void> {
    const found = await engine.containers.list(labelled({ [labels.scope]: scope, [labels.sandbox]: reference.id }));
    for (const { id } of found) await engine.containers.remove(id);
  }

  async function probe(): Promise<readonly LevelProbe[]> {
    try {
      const { engine } = await open();
      await engine.system.ping(3000);
      return [{ level: "docker", available: true, guarantees }];
    } catch (error) {
      const { message, fix } = RebenchError.is(error)
        ? error
        : { message: error instanceof Error ? error.message : String(error), fix: undefined };
      return [
        { level: "docker", available: false, guarantees, reason: message, ...(fix === undefined ? {} : { fix }) },
      ];
    }
  }

  return {
    kind: "docker",
    probe,
    create,
    attach,
    clean: async ({ dryRun }) => cleanEngine((await open()).engine, scope, dryRun),
    ensureImage: async (context, ensureOptions) =>
      (await (await open()).images.ensure(context, ensureOptions)).observed,
    cleanImages: async (cleanOptions) => (await open()).images.removeUnused(cleanOptions),
    checkProfile: async () => {
      const { engine, images } = await open();
      const image = await images.any();
      return image === null ? null : probeProfile(engine, image, scope);
    },
    engineFacts: async () => {
      const { engine } = await open();
      const facts = await engine.system.facts();
      return { ...facts, ...engine.location, freeMb: await freeMb(facts) };
    },
  };
}

function split(line: string): readonly [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1)];
}
