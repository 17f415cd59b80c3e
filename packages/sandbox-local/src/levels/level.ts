import type { SandboxResources } from "@rebench/core";
import type { Membership } from "@rebench/supervisor";
import type { Identity } from "../identity.ts";
import type { MountStep } from "./mount-plan.ts";

/** What every level is built from. */
export interface LevelOptions {
  readonly identity: Identity;
  readonly resources: SandboxResources;
  readonly mounts: readonly MountStep[];
  /** Empty folder of the host that a new root may be built on. */
  readonly rootFolder: string;
  /** False only where a test shows what happens without it. */
  readonly endsWithSupervisor: boolean;
}

/**
 * Stays until the supervisor, which holds the other end of its stdin, is gone. It has no children that a sweep of its own user
 * could end, and the kernel reaps orphans for a parent that ignores them, which a shell cannot be told to.
 */
export function holderScript(endsWithSupervisor: boolean): string {
  const wait = endsWithSupervisor ? "cat" : "sleep 30";
  return `echo ready; exec env --ignore-signal=CHLD ${wait} >/dev/null`;
}

export function insideMembership(identity: Identity): Membership {
  return identity.kind === "leased"
    ? { kind: "users", agent: identity.agent, harness: identity.harness }
    : { kind: "namespace" };
}
