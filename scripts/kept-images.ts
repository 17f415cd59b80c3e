import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDockerSandboxProvider, type DockerSandboxProvider } from "../packages/sandbox-docker/src/index.ts";
import { ask } from "./docker-engine.ts";

/** Images that many tests build again, each in a scope of its own: kept meanwhile, their layers are in the engine's cache. */
export interface KeptImages {
  /** Settles when all are there. */
  readonly built: Promise<void>;
  remove(): Promise<void>;
}

const base = "debian:bookworm-slim";
const packs = join(dirname(import.meta.dirname), "task-packs");

interface KeptImagesOptions {
  /** A file that appears once whoever makes the images' base meanwhile has ended; null where nobody does. */
  readonly baseEnded: string | null;
  /** Whether slow tests run too. */
  readonly slow: boolean;
}

/** Begins to build the plain image and those of packs' mini tiers. */
export function keepImages(host: string, { baseEnded, slow }: KeptImagesOptions): KeptImages {
  const connect = (): DockerSandboxProvider =>
    createDockerSandboxProvider({ scope: `check-${process.pid}`, address: host });
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const build = async (): Promise<void> => {
    if (baseEnded !== null) await baseIsThere({ host, ended: baseEnded, signal });
    const provider = connect();
    for (const context of [null, ...packContexts(slow)]) await provider.ensureImage(context, { signal });
  };
  const built = build();
  return {
    built,
    async remove() {
      giveUp.abort();
      await built.catch(() => undefined);
      // By a connection of its own: those of the builds are old by now.
      await connect().cleanImages({ dryRun: false });
    },
  };
}

/** The other packs' images hold PyTorch, 1.7 GB: tests that need one are slow. */
const withoutSlow = ["optimize-kernel"];

const packContexts = (slow: boolean): string[] =>
  (slow ? readdirSync(packs) : withoutSlow)
    .map((pack) => join(packs, pack, "container/mini"))
    .filter((folder) => existsSync(join(folder, "Dockerfile")));

interface WaitOptions {
  readonly host: string;
  readonly ended: string;
  readonly signal: AbortSignal;
}

async function baseIsThere({ host, ended, signal }: WaitOptions): Promise<void> {
  for (;;) {
    const last = existsSync(ended);
    const found = await ask(host, `/images/${base}/json`).catch(() => null);
    if (found !== null) return;
    if (last) throw new Error(`${base} could not be made`);
    await sleep(250, undefined, { signal });
  }
}
