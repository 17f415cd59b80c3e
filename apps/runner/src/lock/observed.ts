import { readdir } from "node:fs/promises";
import {
  hardwareClass,
  workspaceImage,
  type IsolationLevel,
  type LoadedTask,
  type Machine,
  type SandboxObservation,
} from "@rebench/core";
import type { HomeLayout } from "@rebench/core/home";
import { dockerProvider } from "../host/providers.ts";
import { readStoredRunAt, type StoredAttempt } from "../host/stored-run.ts";
import { thisMachine } from "../host/this-machine.ts";
import type { Problem } from "../verification/problem.ts";

/** What a task would be carried out with now, or was once: found, not pinned. */
interface Observed {
  readonly machine: Machine;
  /** Null outside of containers. */
  readonly container: SandboxObservation | null;
}

export interface ObservedOptions {
  readonly home: HomeLayout;
  readonly tasks: readonly LoadedTask[];
  readonly level: IsolationLevel;
}

/**
 * How what is found here differs from what the newest stored attempt at the same content was carried out with. Null where no such
 * attempt is stored in this home.
 */
export async function observedProblems({ home, tasks, level }: ObservedOptions): Promise<Problem[] | null> {
  const problems: Problem[] = [];
  let compared = 0;
  for (const task of tasks) {
    const earlier = await newestAttempt(home, task, level);
    if (earlier === null) continue;
    compared += 1;
    problems.push(...compareObserved(task, earlier, await observe(task, level)));
  }
  return compared === 0 ? null : problems;
}

async function observe(task: LoadedTask, level: IsolationLevel): Promise<Observed> {
  const machine = await thisMachine();
  if (level !== "docker") return { machine, container: null };
  const docker = await dockerProvider();
  return {
    machine,
    container: await docker.ensureImage(workspaceImage(task)?.context ?? null, { onProgress: () => undefined }),
  };
}

async function newestAttempt(home: HomeLayout, task: LoadedTask, level: IsolationLevel): Promise<Observed | null> {
  // A run's id begins with its time, so that names sort as runs do.
  const runIds = (await readdir(home.runs).catch(() => [])).sort().reverse();
  for (const runId of runIds) {
    const run = await readStoredRunAt(home.run(runId)).catch(() => null);
    for (const attempt of run?.attempts ?? []) {
      const observed = observedOf(attempt, task, level);
      if (observed !== null) return observed;
    }
  }
  return null;
}

function observedOf({ state }: StoredAttempt, { reference }: LoadedTask, level: IsolationLevel): Observed | null {
  if (state === null || state.machine === null || state.sandbox === null) return null;
  const { digest, taskId, tier } = state.spec.task;
  if (digest !== reference.digest || taskId !== reference.taskId || tier !== reference.tier) return null;
  if ((state.sandbox.isolation === "docker") !== (level === "docker")) return null;
  return { machine: state.machine, container: state.sandbox.observed };
}

function compareObserved({ reference }: LoadedTask, earlier: Observed, now: Observed): Problem[] {
  const where = reference.name;
  const problems: Problem[] = [];
  const differs = (code: string, what: string, before: string, here: string): void => {
    if (before !== here)
      problems.push({ code, where, message: `${what}: ${before} in the last run of the same content, ${here} now` });
  };
  differs("observed.node", "Node", earlier.machine.node, now.machine.node);
  if (earlier.container !== null && now.container !== null) {
    differs("observed.engine", "container engine", earlier.container.engine, now.container.engine);
    differs("observed.layers", "image layers", earlier.container.layers.join(" "), now.container.layers.join(" "));
  }
  if (reference.scale.measuredAnchors)
    differs(
      "observed.hardware",
      "hardware of a timed score",
      hardwareClass(earlier.machine),
      hardwareClass(now.machine),
    );
  return problems;
}
