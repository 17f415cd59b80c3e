import { readFile } from "node:fs/promises";
import path from "node:path";
import type { LoadedTask, TaskReference } from "@rebench/core";
import { RebenchError, type Task, type Tier, type TierName } from "@rebench/task-kit";
import type { LoadedPack } from "./load-pack.ts";
import { shortPackName } from "./task-name.ts";

const hiddenScore = "hidden_score";

/** The tasks of a pack by the names that people may write; every task has a variant that hides scores. */
function taskNames(pack: LoadedPack): string[] {
  return pack.pack.tasks.flatMap((task) => [task.id, variantName(task)]);
}

const variantName = (task: Task): string => (task.id === "main" ? hiddenScore : `${task.id}-${hiddenScore}`);

/** Picks a task and tier of a loaded pack. Errors with code `task.not-found` or `tier.not-found`. */
export async function resolveTask(pack: LoadedPack, taskName: string | null, tierName: TierName): Promise<LoadedTask> {
  const wanted = taskName ?? pack.pack.tasks[0]?.id ?? "";
  const named = pack.pack.tasks.find((candidate) => candidate.id === wanted || variantName(candidate) === wanted);
  if (named === undefined) {
    throw new RebenchError({
      code: "task.not-found",
      message: `${shortPackName(pack.name)} has no task ${JSON.stringify(wanted)}`,
      fix: `its tasks: ${taskNames(pack).join(", ")}`,
    });
  }
  const tier = named.tiers.find((candidate) => candidate.name === tierName);
  if (tier === undefined) throw noSuchTier(pack, named, tierName);
  const task = { ...named, submission: tier.submission ?? named.submission, score: tier.score ?? named.score };
  const packPath = pathsOf(pack.directory);
  return {
    reference: referenceOf(pack, task, tier, wanted),
    task,
    tier,
    packPath,
    instructions: await readFile(packPath(tier.instructions), "utf8"),
  };
}

/** The task that an attempt's spec pins. Errors with code `pack.changed` when the folder no longer holds those bytes. */
export async function reloadTask(pack: LoadedPack, reference: TaskReference): Promise<LoadedTask> {
  if (pack.digest !== reference.digest) {
    throw new RebenchError({
      code: "pack.changed",
      message: `the pack in ${reference.directory} is not the one that this attempt was planned with`,
      fix: `restore ${reference.pack}@${reference.version} (${reference.digest.slice(0, 19)}…), or start a new run`,
    });
  }
  const named = pack.pack.tasks.find((task) => task.id === reference.taskId);
  const name = reference.hiddenScore && named !== undefined ? variantName(named) : reference.taskId;
  return resolveTask(pack, name, reference.tier);
}

function noSuchTier(pack: LoadedPack, task: Task, tierName: string): RebenchError {
  const published = task.published.some((tier) => tier.name === tierName);
  const why = published ? "; its published human results are here, but this version cannot run it" : "";
  return new RebenchError({
    code: "tier.not-found",
    message: `${shortPackName(pack.name)}/${task.id} has no tier ${tierName}${why}`,
    fix: `its tiers: ${task.tiers.map((tier) => tier.name).join(", ")}`,
  });
}

function referenceOf(pack: LoadedPack, task: Task, tier: Tier, wanted: string): TaskReference {
  const { unit, direction } = task.score;
  const { reports, anchors } = tier;
  return {
    name: `${shortPackName(pack.name)}/${wanted}`,
    pack: pack.name,
    version: pack.version,
    digest: pack.digest,
    directory: pack.directory,
    taskId: task.id,
    tier: tier.name,
    hiddenScore: wanted !== task.id,
    scale: { unit, direction, aggregate: task.aggregate, reports, measuredAnchors: anchors.kind === "measured" },
  };
}

function pathsOf(directory: string): (relative: string) => string {
  return (relative) => {
    const absolute = path.resolve(directory, relative);
    if (!path.relative(directory, absolute).startsWith("..")) return absolute;
    throw new RebenchError({
      code: "pack.path-outside",
      message: `${relative} leaves the pack in ${directory}`,
      fix: "name a file inside the pack",
    });
  };
}
