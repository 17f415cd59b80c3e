import type { LevelProbe, SandboxProvider } from "@rebench/core";
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

/** The level that sandboxes will have. Errors with code `sandbox.unavailable` when none can be used or none suffices. */
export async function chooseLevel(
  sandboxes: SandboxProvider,
  protectedPaths: readonly string[],
  tiers: readonly TierName[],
): Promise<LevelProbe> {
  const probes = await sandboxes.probe({ protectedPaths });
  const best = probes.find((probe) => probe.available);
  const reasons = probes.map((probe) => `${probe.level}: ${probe.reason ?? "available"}`).join("; ");
  if (best === undefined) {
    throw new RebenchError({
      code: "sandbox.unavailable",
      message: `no isolation level can be used here (${reasons})`,
      fix: "`rebench doctor` says how to get one",
    });
  }
  if (best.level === "none" && tiers.includes("full")) {
    throw new RebenchError({
      code: "sandbox.level-too-low",
      message: `full tiers refuse isolation level none, and nothing better can be used here (${reasons})`,
      fix: "`rebench doctor` says how to get a better one",
    });
  }
  return best;
}
