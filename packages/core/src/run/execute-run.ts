import type { StampedEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import { eventQueue } from "./event-queue.ts";
import type { AttemptSpec } from "./attempt-spec.ts";
import type { RunPlan } from "./plan-run.ts";

export type RunOutcome = "completed" | "partial" | "interrupted";

export type RunEvent =
  | { readonly type: "run.started"; readonly plan: RunPlan }
  | { readonly type: "attempt.event"; readonly attemptId: string; readonly event: StampedEvent }
  | { readonly type: "attempt.ended"; readonly attemptId: string; readonly state: AttemptState }
  | { readonly type: "run.finished"; readonly outcome: RunOutcome };

export interface RunPorts {
  /** Carries out one attempt to its end; what goes wrong inside is an outcome in the state that it returns. */
  readonly attempt: (spec: AttemptSpec, publish: (event: StampedEvent) => void) => Promise<AttemptState>;
}

/**
 * Carries out a plan and yields what happens. It never prints, exits or reads a clock; whoever iterates decides what becomes of
 * the events. After `stop` no further attempt is begun.
 */
export async function* executeRun(
  plan: RunPlan,
  ports: RunPorts,
  signals: { readonly stop: AbortSignal },
): AsyncGenerator<RunEvent> {
  const queue = eventQueue<RunEvent>();
  queue.push({ type: "run.started", plan });
  const waiting = [...plan.attempts];
  const outcomes: AttemptState["outcome"][] = [];

  let defect: { readonly error: unknown } | null = null;

  const worker = async (): Promise<void> => {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) {
      if (signals.stop.aborted || defect !== null) return;
      const { attemptId } = spec;
      try {
        const state = await ports.attempt(spec, (event) => queue.push({ type: "attempt.event", attemptId, event }));
        outcomes.push(state.outcome);
        queue.push({ type: "attempt.ended", attemptId, state });
      } catch (error) {
        defect = { error };
      }
    }
  };
  const workers = Array.from({ length: Math.min(plan.parallel, plan.attempts.length) }, worker);
  // Attempts that are under way are carried to their end before a defect of one is thrown.
  void Promise.all(workers).then(() => {
    if (defect !== null) return queue.fail(defect.error);
    queue.push({ type: "run.finished", outcome: outcomeOf(outcomes, signals.stop.aborted) });
    queue.end();
  });
  yield* queue.values();
}

function outcomeOf(outcomes: readonly AttemptState["outcome"][], stopped: boolean): RunOutcome {
  if (stopped) return "interrupted";
  const lost = outcomes.some((outcome) => outcome?.kind === "failed" || outcome?.kind === "unknown");
  return lost ? "partial" : "completed";
}
