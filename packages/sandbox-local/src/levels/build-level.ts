import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { IsolationLevel, SandboxLayout, SandboxResources } from "@rebench/core";
import type { TreeRecipe } from "@rebench/supervisor";
import type { BaseFolder } from "../base-folder.ts";
import { foldersBelow, type SandboxFolders } from "../folders.ts";
import type { Identity } from "../identity.ts";
import { nodeForOthers } from "../node-binary.ts";
import { bwrapRecipe } from "./bwrap.ts";
import { insideLayout, insideNode } from "./inside-paths.ts";
import type { LevelOptions } from "./level.ts";
import { planMounts } from "./mount-plan.ts";
import { noneRecipe } from "./none.ts";
import { uidRecipe } from "./uid.ts";
import { unshareRecipe } from "./unshare.ts";

export type LocalLevelName = Exclude<IsolationLevel, "docker">;

export interface BuildLevelOptions {
  readonly level: LocalLevelName;
  readonly base: BaseFolder;
  readonly name: string;
  readonly root: string;
  readonly identity: Identity;
  readonly resources: SandboxResources;
  readonly protectedPaths: readonly string[];
  readonly readablePaths: readonly string[];
  readonly endsWithSupervisor?: boolean;
}

/** A level made concrete for one sandbox. */
export interface BuiltLevel {
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
  const { level, base, identity, resources } = options;
  const folders = foldersBelow(options.root);
  const separate = level === "bwrap" || level === "unshare";
  const levelOptions: LevelOptions = {
    identity,
    resources,
    rootFolder: folders.newRoot,
    mounts: separate ? mountsFor(options, folders) : [],
    endsWithSupervisor: options.endsWithSupervisor ?? true,
  };
  switch (level) {
    case "bwrap":
      return separateRoot(bwrapRecipe(levelOptions));
    case "unshare":
      return separateRoot(unshareRecipe(levelOptions));
    case "uid":
      return sharedRoot(uidRecipe(levelOptions), folders, options, nodeForOthers(base));
    case "none":
      return sharedRoot(noneRecipe(levelOptions, options.name), folders, options, process.execPath);
  }
}

function mountsFor(options: BuildLevelOptions, folders: SandboxFolders) {
  return planMounts({
    folders,
    node: process.execPath,
    memoryBytes: Math.ceil(options.resources.memoryMb / 2) * 2 ** 20,
    readablePaths: options.readablePaths,
    protectedPaths: options.protectedPaths,
  });
}

function separateRoot(recipe: TreeRecipe): BuiltLevel {
  return {
    layout: insideLayout,
    recipe,
    temporary: "/tmp",
    node: insideNode,
    extraFolders: [],
    prepare: () => undefined,
  };
}

function sharedRoot(recipe: TreeRecipe, folders: SandboxFolders, options: BuildLevelOptions, node: string): BuiltLevel {
  const { identity } = options;
  const sharedMemory = existsSync("/dev/shm") ? `/dev/shm/rebench-${options.name}` : join(folders.root, "shm");
  return {
    layout: {
      home: folders.home,
      solution: folders.solution,
      task: folders.task,
      tools: folders.tools,
      socket: join(folders.run, "relay.sock"),
      sharedMemory,
      harness: folders.harness,
    },
    recipe,
    temporary: folders.tmp,
    node,
    extraFolders: [sharedMemory],
    prepare: () => {
      mkdirSync(sharedMemory);
      chmodSync(sharedMemory, 0o770);
      if (identity.kind === "leased") chownSync(sharedMemory, 0, identity.group);
    },
  };
}
