import type { AttemptState } from "../events/attempt-state.ts";
import type { Outcome } from "../events/outcome.ts";
import type { SandboxEnd, SandboxReference } from "../ports/sandbox.ts";
import { carryThrough, endProcesses, finish, type StandingAttempt } from "./carry-through.ts";
import { deadlinesFor } from "./deadlines.ts";
import type { ExecuteAttemptOptions } from "./execute-attempt.ts";
import { finishRecord } from "./finish-record.ts";
import { newsOfEnd } from "./news-of-end.ts";
import { withServices } from "./open-services.ts";
import { layOut } from "./prepare-sandbox.ts";
import { createRecorder } from "./recorder.ts";
import { openScoringDesk } from "./scoring-desk.ts";

/** What became of an attempt whose runner was gone. */
export type Recovery = "reattached" | "reconciled" | "unknown";

export interface ResumeAttemptOptions extends Omit<ExecuteAttemptOptions, "spec"> {
  /** Fold of the journal as the dead runner left it. */
  readonly state: AttemptState;
}

export interface ResumedAttempt {
  readonly action: Recovery;
  readonly state: AttemptState;
}

/**
 * Takes over an attempt whose runner is gone. One whose sandbox lives goes on (`reattached`); one that ended meanwhile is
 * captured and scored (`reconciled`); one whose sandbox is lost ends as `unknown`. Nothing is run a second time.
 */
export async function resumeAttempt(options: ResumeAttemptOptions): Promise<ResumedAttempt> {
  const { state, ports, publish, signals } = options;
  const elapsedMs = Math.max(state.ledger.upTo, ports.clock.epochMs() - state.startedAt);
  const recorder = createRecorder({
    journal: ports.folder.journal,
    clock: ports.clock,
    publish,
    resumed: { state, elapsedMs },
  });
  let action: Recovery = "unknown";
  const finished = await finishRecord(recorder, signals, async () => {
    const sandbox = await ports.sandboxes.attach(referenceOf(options)).catch(() => null);
    if (sandbox === null) return { kind: "unknown" };
    try {
      // Made, but not yet in the journal: nothing is known of it but that it has to go.
      if (state.sandbox === null) return { kind: "unknown" };
      return await withServices(options.loaded, state.spec.seed, signals.abort, async (services) => {
        const standing: StandingAttempt = { ...options, recorder, sandbox, services };
        const end = await newsOfEnd(sandbox, ports.clock);
        action = end === null && state.phase !== "finishing" ? "reattached" : "reconciled";
        return end === null ? goOn(standing) : reconcile(standing, end);
      });
    } finally {
      await sandbox.destroy();
    }
  });
  return { action, state: finished };
}

function referenceOf({ state, ports }: ResumeAttemptOptions): SandboxReference {
  const { sandbox, spec } = state;
  return (
    sandbox?.reference ?? { provider: spec.sandbox, id: spec.attemptId, directory: ports.folder.newPath("sandbox") }
  );
}

async function goOn(standing: StandingAttempt): Promise<Outcome> {
  const { recorder, sandbox, ports, loaded } = standing;
  const { phase, ledger, scores, agentOutcome } = recorder.state();
  await recorder.record({
    type: "runner.attached",
    unattendedMs: phase === "running" ? recorder.elapsedMs() - ledger.upTo : 0,
  });
  // The scoring that was going on is lost, and with it the reply that the agent waits for.
  if (ledger.flags.scoring && phase !== "finishing") await recorder.record({ type: "scoring.ended" });
  switch (phase) {
    case "finishing":
    case "finished":
      await endProcesses(sandbox, ports.clock);
      await finish(standing, openScoringDesk({ ...standing, signal: standing.signals.abort }));
      return agentOutcome ?? { kind: "unknown" };
    case "preparing":
      if (scores.length === 0) await layOut(sandbox, loaded, recorder.state());
      break;
    case "running":
    case "paused":
    case "scoring":
      await sandbox.thaw(deadlinesFor(recorder, ports.clock)).catch(async (error: unknown) => {
        if ((await newsOfEnd(sandbox, ports.clock)) === null) throw error;
      });
  }
  return carryThrough(standing);
}

/** Books the time until the sandbox's end as it was, and the time since as a pause: nothing of the agent ran then. */
async function reconcile(standing: StandingAttempt, end: SandboxEnd): Promise<Outcome> {
  const { recorder } = standing;
  const { startedAt, ledger, agentRunning, agentOutcome, phase } = recorder.state();
  const desk = openScoringDesk({ ...standing, signal: standing.signals.abort });
  if (phase === "finishing") {
    await recorder.record({ type: "runner.attached", unattendedMs: 0 });
    await finish(standing, desk);
    return agentOutcome ?? outcomeOf(end);
  }
  const now = recorder.elapsedMs();
  const endedAt = end.kind === "deadline" ? Math.min(now, Math.max(ledger.upTo, end.at - startedAt)) : ledger.upTo;
  const outcome = outcomeOf(end);
  if (outcome.kind === "limit") await recorder.recordPast({ type: "limit.reached", limit: outcome.limit }, endedAt);
  await recorder.recordPast({ type: "pause.started", reason: "no runner" }, endedAt);
  await recorder.record({ type: "pause.ended" });
  await recorder.record({ type: "runner.attached", unattendedMs: phase === "running" ? endedAt - ledger.upTo : 0 });
  if (!agentRunning) return outcome.kind === "limit" ? outcome : { kind: "unknown" };
  await recorder.record({ type: "agent.ended", reason: `sandbox ended: ${end.kind}`, outcome });
  await finish(standing, desk);
  return outcome;
}

function outcomeOf(end: SandboxEnd): Outcome {
  switch (end.kind) {
    case "deadline":
      return { kind: "limit", limit: end.limit };
    case "disk":
      return { kind: "limit", limit: "disk" };
    case "died":
      return { kind: "failed", blame: end.blame ?? "sandbox", code: "sandbox.died", message: end.reason };
    case "destroyed":
      return { kind: "unknown" };
  }
}
