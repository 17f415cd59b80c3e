import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDockerSandboxProvider } from "../packages/sandbox-docker/src/index.ts";
import { ask } from "./docker-engine.ts";

/** Images that many tests build again, each in a scope of its own: kept meanwhile, their layers are in the engine's cache. */
export interface KeptImages {
  /** Settles when all are there. */
  readonly built: Promise<void>;
  remove(): Promise<void>;
}

const base = "debian:bookworm-slim";
const packs = join(dirname(import.meta.dirname), "task-packs");
const longestWaitSeconds = 180;

/** Begins to build the plain image and that of each pack's mini tier. `baseIsMade`: somebody is making their base meanwhile. */
export function keepImages(host: string, { baseIsMade }: { readonly baseIsMade: boolean }): KeptImages {
  const provider = createDockerSandboxProvider({ scope: `check-${process.pid}`, address: host });
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const build = async (): Promise<void> => {
    if (baseIsMade) await baseIsThere(host, signal);
    for (const context of [null, ...packContexts()]) await provider.ensureImage(context, { signal });
  };
  const built = build();
  return {
    built,
    async remove() {
      giveUp.abort();
      await built.catch(() => undefined);
      await provider.cleanImages({ dryRun: false });
    },
  };
}

const packContexts = (): string[] =>
  readdirSync(packs)
    .map((pack) => join(packs, pack, "container/mini"))
    .filter((folder) => existsSync(join(folder, "Dockerfile")));

async function baseIsThere(host: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + longestWaitSeconds * 1000; ; await sleep(250, undefined, { signal })) {
    const found = await ask(host, `/images/${base}/json`).catch(() => null);
    if (found !== null) return;
    if (Date.now() > end) throw new Error(`${base} was not there within ${longestWaitSeconds} s`);
  }
}
