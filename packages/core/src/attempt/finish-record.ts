import type { AttemptState } from "../events/attempt-state.ts";
import type { Outcome } from "../events/outcome.ts";
import { failedOutcome } from "./attempt-failure.ts";
import type { AttemptSignals } from "./attempt-ports.ts";
import type { Recorder } from "./recorder.ts";

/** Runs an attempt's life and records how it ended. Never throws: a journal that cannot be written is an outcome too. */
export async function finishRecord(
  recorder: Recorder,
  signals: AttemptSignals,
  life: () => Promise<Outcome>,
): Promise<AttemptState> {
  const outcome = await life().catch((error: unknown): Outcome =>
    signals.abort.aborted ? { kind: "cancelled" } : failedOutcome(error),
  );
  try {
    await recorder.record({ type: "attempt.finished", outcome });
    return recorder.state();
  } catch (error) {
    return { ...recorder.state(), phase: "finished", outcome: failedOutcome(error) };
  }
}
