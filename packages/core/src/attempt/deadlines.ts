import type { Clock } from "../ports/clock.ts";
import type { SandboxDeadlines } from "../ports/sandbox.ts";
import { workingMsLeft } from "./budget-view.ts";
import type { Recorder } from "./recorder.ts";

/** The instants at which the supervisor must end the sandbox if it runs on from now. */
export function deadlinesFor(recorder: Recorder, clock: Clock): SandboxDeadlines {
  const state = recorder.state();
  const elapsed = recorder.elapsedMs();
  const now = clock.epochMs();
  return {
    workingEndsAt: now + workingMsLeft(state, elapsed),
    wallEndsAt: now + Math.max(0, state.budget.wallMs - elapsed),
  };
}
