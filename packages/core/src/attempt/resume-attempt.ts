import type { AttemptState } from "../events/attempt-state.ts";
import type { Outcome } from "../events/outcome.ts";
import type { Sandbox, SandboxEnd } from "../ports/sandbox.ts";
import { carryThrough, finish, type StandingAttempt } from "./carry-through.ts";
import { deadlinesFor } from "./deadlines.ts";
import type { ExecuteAttemptOptions } from "./execute-attempt.ts";
import { finishRecord } from "./finish-record.ts";
import { withServices } from "./open-services.ts";
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
    const sandbox =
      state.sandbox === null ? null : await ports.sandboxes.attach(state.sandbox.reference).catch(() => null);
    if (sandbox === null) return { kind: "unknown" };
    try {
      return await withServices(options.loaded, state.spec.seed, signals.abort, async (services) => {
        const standing: StandingAttempt = { ...options, recorder, sandbox, services };
        const end = await endSoFar(sandbox, ports.clock);
        action = end === null && state.phase !== "finishing" ? "reattached" : "reconciled";
        return end === null ? goOn(standing) : reconcile(standing, end);
      });
    } finally {
      await sandbox.destroy();
    }
  });
  return { action, state: finished };
}

/** A sandbox that has ended says so as soon as it is asked; one that lives says nothing. */
function endSoFar(sandbox: Sandbox, clock: ExecuteAttemptOptions["ports"]["clock"]): Promise<SandboxEnd | null> {
  return Promise.race([sandbox.ended, clock.sleep(300).then(() => null)]);
}

async function goOn(standing: StandingAttempt): Promise<Outcome> {
  const { recorder, sandbox, ports } = standing;
  const { phase, ledger } = recorder.state();
  await recorder.record({
    type: "runner.attached",
    unattendedMs: phase === "running" ? recorder.elapsedMs() - ledger.upTo : 0,
  });
  if (phase === "finishing") {
    await sandbox.endProcesses();
    await finish(standing, openScoringDesk({ ...standing, signal: standing.signals.abort }));
    return { kind: "completed" };
  }
  if (phase === "scoring") await recorder.record({ type: "scoring.ended" });
  if (phase !== "preparing") await sandbox.thaw(deadlinesFor(recorder, ports.clock));
  return carryThrough(standing);
}

/** Books the time until the sandbox's end as it was, and the time since as a pause: nothing of the agent ran then. */
async function reconcile(standing: StandingAttempt, end: SandboxEnd): Promise<Outcome> {
  const { recorder } = standing;
  const { startedAt, ledger, agentRunning, phase } = recorder.state();
  const now = recorder.elapsedMs();
  const endedAt = end.kind === "deadline" ? Math.min(now, Math.max(ledger.upTo, end.at - startedAt)) : ledger.upTo;
  const outcome = outcomeOf(end);
  if (outcome.kind === "limit") await recorder.recordPast({ type: "limit.reached", limit: outcome.limit }, endedAt);
  await recorder.recordPast({ type: "pause.started", reason: "no runner" }, endedAt);
  await recorder.record({ type: "pause.ended" });
  await recorder.record({ type: "runner.attached", unattendedMs: phase === "running" ? endedAt - ledger.upTo : 0 });
  if (!agentRunning && phase !== "finishing") return outcome.kind === "limit" ? outcome : { kind: "unknown" };
  await recorder.record({ type: "agent.ended", reason: `sandbox ended: ${end.kind}` });
  await finish(standing, openScoringDesk({ ...standing, signal: standing.signals.abort }));
  return outcome;
}

function outcomeOf(end: SandboxEnd): Outcome {
  switch (end.kind) {
    case "deadline":
      return { kind: "limit", limit: end.limit };
    case "disk":
      return { kind: "limit", limit: "disk" };
    case "died":
      return { kind: "failed", blame: "sandbox", code: "sandbox.died", message: end.reason };
    case "destroyed":
      return { kind: "unknown" };
  }
}
