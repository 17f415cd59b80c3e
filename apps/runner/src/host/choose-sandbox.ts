import type { IsolationLevel, LevelProbe, LoadedTask, SandboxProvider } from "@rebench/core";
import { RebenchError, type TierName } from "@rebench/task-kit";
import { buildImages } from "./build-images.ts";
import { sandboxProvider } from "./providers.ts";

const kinds = ["auto", "docker", "local"] as const;
export type SandboxOption = (typeof kinds)[number];

/** Errors with code `usage.sandbox`. */
export function parseSandbox(text: string): SandboxOption {
  const kind = kinds.find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new RebenchError({
    code: "usage.sandbox",
    message: `there is no sandbox ${JSON.stringify(text)}`,
    fix: `sandboxes: ${kinds.join(", ")}`,
  });
}

export interface SandboxChoice {
  readonly sandbox: SandboxOption;
  /** The level of the local sandbox that a person asked for; null for the best one here. */
  readonly isolation: IsolationLevel | null;
}

export interface ChooseSandboxOptions extends SandboxChoice {
  readonly tasks: readonly LoadedTask[];
  readonly protectedPaths: readonly string[];
  /** A word to the person, such as why it is not the sandbox that they may expect. */
  readonly say: (line: string) => void;
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The level that sandboxes will have, with the images built that it needs. Containers where an engine answers and the images can be
 * built, else local ones. Errors with code `sandbox.unavailable`, `sandbox.no-engine`, `sandbox.image-failed` or
 * `sandbox.level-too-low`.
 */
export async function chooseSandbox(options: ChooseSandboxOptions): Promise<LevelProbe> {
  const { sandbox, isolation, tasks, protectedPaths } = options;
  refuseBoth(options);
  if (sandbox !== "local" && isolation === null) {
    const level = await tryContainers(options);
    if (level !== null) return level;
  }
  return chooseLocalLevel({
    sandboxes: await sandboxProvider(null),
    protectedPaths,
    tiers: tasks.map(({ tier }) => tier.name),
    wanted: isolation,
  });
}

/** The kind of sandbox that has a level. */
export function kindOf({ level }: LevelProbe): "local" | "docker" {
  return level === "docker" ? "docker" : "local";
}

/** What a plan would use, as far as that is known before anything is built. */
export async function likelyKind({ sandbox, isolation }: SandboxChoice): Promise<"local" | "docker"> {
  refuseBoth({ sandbox, isolation });
  if (sandbox !== "auto") return sandbox;
  if (isolation !== null) return "local";
  return (await probeContainers()).available ? "docker" : "local";
}

function refuseBoth({ sandbox, isolation }: SandboxChoice): void {
  if (sandbox !== "docker" || isolation === null) return;
  throw new RebenchError({
    code: "usage.isolation",
    message: "--isolation names a level of the local sandbox",
    fix: "leave out one of --sandbox docker and --isolation",
  });
}

export async function probeContainers(): Promise<LevelProbe> {
  const [probe] = await (await sandboxProvider("docker")).probe({ protectedPaths: [] });
  if (probe === undefined) throw new TypeError("the container provider has no level");
  return probe;
}

/** Null where `auto` goes on to the local sandbox. */
async function tryContainers(options: ChooseSandboxOptions): Promise<LevelProbe | null> {
  const probe = await probeContainers();
  if (!probe.available) {
    if (options.sandbox === "auto") return null;
    const { reason = "no container engine answers", fix = "use --sandbox local" } = probe;
    throw new RebenchError({ code: "sandbox.no-engine", message: reason, fix });
  }
  try {
    await buildImages(options);
    return probe;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (options.sandbox !== "auto" || !RebenchError.is(error) || !error.code.startsWith("sandbox.")) throw error;
    options.say(`${error.message}\nusing the local sandbox instead`);
    return null;
  }
}

interface LevelRequest {
  readonly sandboxes: SandboxProvider;
  readonly protectedPaths: readonly string[];
  readonly tiers: readonly TierName[];
  readonly wanted: IsolationLevel | null;
}

async function chooseLocalLevel({ sandboxes, protectedPaths, tiers, wanted }: LevelRequest): Promise<LevelProbe> {
  const probes = await sandboxes.probe({ protectedPaths });
  const candidates = wanted === null ? probes : probes.filter((probe) => probe.level === wanted);
  const chosen = candidates.find(isUsable);
  const reasons = candidates
    .map((probe) => `${probe.level}: ${probe.reason ?? "its agent could read the packs and the data folder"}`)
    .join("; ");
  if (chosen === undefined) {
    const message = `${wanted === null ? "no isolation level can" : `isolation level ${wanted} cannot`} be used here (${reasons})`;
    const fix = candidates.find((probe) => probe.fix !== undefined)?.fix ?? "`rebench doctor` says how to get one";
    throw new RebenchError({ code: "sandbox.unavailable", message, fix });
  }
  if (chosen.level === "none" && tiers.includes("full")) {
    const fix = "`rebench doctor` says how to get a better one";
    throw new RebenchError({ code: "sandbox.level-too-low", message: "full tiers refuse isolation level none", fix });
  }
  return chosen;
}

/** Every level but `none` must keep what decides a score from its agent; one that cannot here is not that level. */
export function isUsable({ available, level, guarantees }: LevelProbe): boolean {
  return available && (level === "none" || guarantees.files);
}

const localLevels: readonly IsolationLevel[] = ["bwrap", "unshare", "uid", "none"];

/** Errors with code `usage.isolation`. */
export function parseLevel(text: string | undefined): IsolationLevel | null {
  if (text === undefined) return null;
  const level = localLevels.find((known) => known === text);
  if (level !== undefined) return level;
  const message = `there is no isolation level ${JSON.stringify(text)}`;
  throw new RebenchError({
    code: "usage.isolation",
    message,
    fix: `levels of the local sandbox: ${localLevels.join(", ")}`,
  });
}
