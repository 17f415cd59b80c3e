import type { LoadedTask, TaskReference } from "@rebench/core";
import type { TierName } from "@rebench/task-kit";
import { findPack, type PackPlaces } from "./find-packs.ts";
import { openPack } from "./open-pack.ts";
import { reloadTask, resolveTask } from "./resolve-task.ts";
import { parseTaskName } from "./task-name.ts";

/** Loads the tasks that a person named, at one tier. */
export async function loadTasks(names: readonly string[], tier: TierName, places: PackPlaces): Promise<LoadedTask[]> {
  const loaded: LoadedTask[] = [];
  for (const text of names) {
    const name = parseTaskName(text);
    const folder = await findPack(name, places);
    loaded.push(await resolveTask(await openPack(folder.directory, places.packsFolder), name.task, tier));
  }
  return loaded;
}

/** Loads the task that a spec pins. */
export async function loadPinnedTask(reference: TaskReference, packsFolder: string): Promise<LoadedTask> {
  return reloadTask(await openPack(reference.directory, packsFolder), reference);
}
