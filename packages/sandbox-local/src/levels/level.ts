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
  readonly endsWithSupervisor?: boolean;
}

/** Stays, reaps orphans, and starts over where a sweep of its own user ended what it waits for. */
export const holderScript = 'echo ready; while :; do sleep 1000000 & wait "$!"; done';

export function insideMembership(identity: Identity): Membership {
  return identity.kind === "leased"
    ? { kind: "users", agent: identity.agent, harness: identity.harness }
    : { kind: "namespace" };
}
