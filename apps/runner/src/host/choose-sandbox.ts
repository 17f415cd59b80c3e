import type { IsolationLevel, LevelProbe, SandboxProvider } from "@rebench/core";
import { RebenchError, type TierName } from "@rebench/task-kit";

/** Which sandbox a person asked for; errors with `usage.sandbox` or, where it cannot be had, `sandbox.unavailable`. */
export function sandboxKind(option: string): "local" {
  if (option === "auto" || option === "local") return "local";
  if (option === "docker") {
    throw new RebenchError({
      code: "sandbox.unavailable",
      message: "this version of rebench has no container sandbox",
      fix: "use --sandbox local; `rebench doctor` shows its isolation level here",
    });
  }
  throw new RebenchError({
    code: "usage.sandbox",
    message: `there is no sandbox ${JSON.stringify(option)}`,
    fix: "sandboxes: auto, local, docker",
  });
}

export interface LevelRequest {
  readonly sandboxes: SandboxProvider;
  readonly protectedPaths: readonly string[];
  readonly tiers: readonly TierName[];
  /** The level that a person asked for; null for the best one here. */
  readonly wanted: IsolationLevel | null;
}

/** The level that sandboxes will have. Errors with code `sandbox.unavailable` or `sandbox.level-too-low`. */
export async function chooseLevel({ sandboxes, protectedPaths, tiers, wanted }: LevelRequest): Promise<LevelProbe> {
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
