import { deriveSeed } from "../attempt/seed.ts";
import type { AgentConfig, AttemptSpec, Budget } from "./attempt-spec.ts";
import type { LoadedTask } from "./loaded-task.ts";
import { tierResources } from "./tier-resources.ts";

/** What a person asked for. Limits may only tighten the tier's, calibrated where they are; null leaves the tier's in force. */
export interface RunRequest {
  readonly tasks: readonly LoadedTask[];
  readonly agents: readonly AgentConfig[];
  /** Attempts of each agent on each task. */
  readonly attempts: number;
  readonly parallel: number;
  readonly sandbox: "local" | "docker";
  readonly workingMs: number | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly actions: number | null;
  /** 32 hex digits; everything random in the run follows from it. */
  readonly seed: string;
}

/** Everything fixed, nothing run yet. JSON. */
export interface RunPlan {
  readonly runId: string;
  readonly seed: string;
  readonly parallel: number;
  readonly attempts: readonly AttemptSpec[];
}

/** Pure: the same request and run id give the same plan. */
export function planRun(request: RunRequest, runId: string): RunPlan {
  const attempts: AttemptSpec[] = [];
  for (const loaded of request.tasks) {
    for (const agent of request.agents) {
      for (let nth = 0; nth < request.attempts; nth += 1) {
        const index = attempts.length;
        attempts.push({
          attemptId: `${runId}.${index}`,
          runId,
          index,
          task: loaded.reference,
          agent,
          sandbox: request.sandbox,
          resources: tierResources(loaded.tier),
          budget: budgetOf(loaded, request),
          seed: deriveSeed(request.seed, `attempt ${index}`),
        });
      }
    }
  }
  return { runId, seed: request.seed, parallel: request.parallel, attempts };
}

function budgetOf(loaded: LoadedTask, request: RunRequest): Budget {
  const { workingSeconds, wallSeconds, scoreCalls } = loaded.tier.budget;
  return {
    workingMs: Math.min(workingSeconds * 1000, request.workingMs ?? Infinity),
    ...(request.workingMs === null ? {} : { requestedWorkingMs: request.workingMs }),
    wallMs: wallSeconds * 1000,
    scoreCalls,
    tokens: request.tokens,
    costUsd: request.costUsd,
    actions: request.actions,
  };
}
