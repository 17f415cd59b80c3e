import type { LoadedTask, TaskReference } from "@rebench/core";
import type { TierName } from "@rebench/task-kit";
import { hostVersion } from "../host/host-version.ts";
import { findPack } from "./find-packs.ts";
import { loadPack } from "./load-pack.ts";
import { reloadTask, resolveTask } from "./resolve-task.ts";
import { parseTaskName } from "./task-name.ts";

/** Loads the tasks that a person named, at one tier. */
export async function loadTasks(
  names: readonly string[],
  tier: TierName,
  workingDirectory: string,
): Promise<LoadedTask[]> {
  const loaded: LoadedTask[] = [];
  for (const text of names) {
    const name = parseTaskName(text);
    const folder = await findPack(name, workingDirectory);
    loaded.push(await resolveTask(await loadPack(folder.directory, hostVersion), name.task, tier));
  }
  return loaded;
}

/** Loads the task that a spec pins. */
export async function loadPinnedTask(reference: TaskReference): Promise<LoadedTask> {
  return reloadTask(await loadPack(reference.directory, hostVersion), reference);
}
