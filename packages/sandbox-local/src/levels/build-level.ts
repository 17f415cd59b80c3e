import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { IsolationGuarantees, IsolationLevel, SandboxLayout, SandboxSpec } from "@rebench/core";
import type { TreeRecipe } from "@rebench/supervisor";
import type { BaseFolder } from "../base-folder.ts";
import { foldersBelow } from "../folders.ts";
import type { Identity } from "../identity.ts";
import { nodeForOthers } from "../node-binary.ts";
import { canLeaseUsers, leaseUsers } from "../uid-leases.ts";
import { bwrapRecipe } from "./bwrap.ts";
import { insideLayout, insideNode } from "./inside-paths.ts";
import { planMounts } from "./mount-plan.ts";

export interface LocalLevel {
  readonly level: Exclude<IsolationLevel, "docker">;
  readonly guarantees: IsolationGuarantees;
}

export interface BuildLevelOptions {
  readonly level: LocalLevel["level"];
  readonly base: BaseFolder;
  readonly name: string;
  readonly root: string;
  readonly recordPath: string;
  readonly spec: SandboxSpec;
  readonly readablePaths: readonly string[];
}

/** A level made concrete for one sandbox. */
export interface BuiltLevel {
  readonly identity: Identity;
  readonly layout: SandboxLayout;
  readonly recipe: TreeRecipe;
  /** `$TMPDIR`. */
  readonly temporary: string;
  /** Node as commands inside find it. */
  readonly node: string;
  /** Folders outside the sandbox's root, made by `prepare`. */
  readonly extraFolders: readonly string[];
  prepare(): void;
}

export function buildLevel(options: BuildLevelOptions): BuiltLevel {
  const { base, spec, root } = options;
  const folders = foldersBelow(root);
  const identity: Identity = canLeaseUsers() ? leaseUsers(base, options.recordPath) : { kind: "own", inside: 1000 };
  const mounts = planMounts({
    folders,
    node: process.execPath,
    memoryBytes: Math.ceil(spec.resources.memoryMb / 2) * 2 ** 20,
    readablePaths: options.readablePaths,
    protectedPaths: spec.protectedPaths,
  });
  const levelOptions = { identity, resources: spec.resources, mounts, rootFolder: folders.newRoot };
  return {
    identity,
    layout: insideLayout,
    recipe: bwrapRecipe(levelOptions),
    temporary: "/tmp",
    node: insideNode,
    extraFolders: [],
    prepare: () => undefined,
  };
}
export { chmodSync, chownSync, mkdirSync, join, nodeForOthers };
