import type { ServiceHandler } from "@rebench/task-kit";
import type { AgentContext } from "../ports/agent.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import { journalSchema, type StampedEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { Outcome } from "../events/outcome.ts";
import type { AttemptSpec } from "../run/attempt-spec.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import { failedOutcome } from "./attempt-failure.ts";
import type { AttemptPorts, AttemptSignals } from "./attempt-ports.ts";
import { budgetView } from "./budget-view.ts";
import { deadlinesFor } from "./deadlines.ts";
import { openServices } from "./open-services.ts";
import { prepareSandbox } from "./prepare-sandbox.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { relayApi } from "./relay-api.ts";
import { runAgent } from "./run-agent.ts";
import { scoreReply, type ScoreReply } from "./score-reply.ts";
import { openScoringDesk, type ScoringDesk } from "./scoring-desk.ts";
import { selectScore } from "./select-score.ts";

export interface ExecuteAttemptOptions {
  readonly spec: AttemptSpec;
  readonly loaded: LoadedTask;
  readonly ports: AttemptPorts;
  readonly signals: AttemptSignals;
  /** Told of every event after it is on disk. */
  readonly publish: (event: StampedEvent) => void;
}

/**
 * Carries out one attempt from its journal's first line to its last. What goes wrong inside is an outcome with blame, also that
 * the journal could not be written to its end; it throws only when not even its first line could be.
 */
export async function executeAttempt(options: ExecuteAttemptOptions): Promise<AttemptState> {
  const { spec, ports, publish } = options;
  const recorder = createRecorder({ journal: ports.folder.journal, clock: ports.clock, publish });
  await recorder.record({ type: "journal.opened", schema: journalSchema, host: ports.hostVersion, spec });
  const outcome = await live(options, recorder).catch(failedOutcome);
  try {
    await recorder.record({ type: "attempt.finished", outcome });
    return recorder.state();
  } catch (error) {
    return { ...recorder.state(), phase: "finished", outcome: failedOutcome(error) };
  }
}

async function live(options: ExecuteAttemptOptions, recorder: Recorder): Promise<Outcome> {
  const { loaded, ports, signals } = options;
  if (signals.stop.aborted || signals.abort.aborted) return { kind: "cancelled" };
  const services = await openServices(loaded, options.spec.seed, signals.abort);
  let sandbox: Sandbox | null = null;
  try {
    sandbox = await prepareSandbox(loaded, ports, recorder, signals.abort);
    const desk = openScoringDesk({ loaded, ports, recorder, sandbox, signal: signals.abort });
    await desk.scoreStart();
    return await work(options, recorder, sandbox, desk, services);
  } catch (error) {
    if (signals.abort.aborted) return { kind: "cancelled" };
    throw error;
  } finally {
    await sandbox?.destroy();
    for (const handler of services.values()) await handler.close?.();
  }
}

async function work(
  options: ExecuteAttemptOptions,
  recorder: Recorder,
  sandbox: Sandbox,
  desk: ScoringDesk,
  services: ReadonlyMap<string, ServiceHandler>,
): Promise<Outcome> {
  const { loaded, ports, signals } = options;
  const { promise: submitted, resolve: submit } = Promise.withResolvers<void>();
  const score = async (): Promise<ScoreReply> => {
    const entry = await desk.scoreForAgent();
    if (entry !== null) return scoreReply(entry, loaded.reference.hiddenScore);
    return {
      status: "refused",
      text: "no score calls are left; what stands in the solution folder is scored at the end",
    };
  };
  const api = relayApi({ loaded, recorder, score, submit, services });
  sandbox.onConnection((connection) => api.emit("connection", connection));

  await recorder.record({ type: "agent.started" });
  await sandbox.setDeadlines(deadlinesFor(recorder, ports.clock));
  const stop = await runAgent({
    agent: ports.agent,
    context: agentContext(options, recorder, sandbox, score),
    sandbox,
    clock: ports.clock,
    signals,
    submitted,
    broken: recorder.broken,
  });
  if (stop.outcome.kind === "limit") await recorder.record({ type: "limit.reached", limit: stop.outcome.limit });
  await recorder.record({ type: "agent.ended", reason: stop.reason });
  if (signals.abort.aborted) return { kind: "cancelled" };
  if (!stop.sandboxEnded) await sandbox.endProcesses();
  // The workspace outlives its sandbox's processes, so what stood there is still scored.
  await desk.scoreFinal();
  await keepSelected(options, recorder, desk);
  return stop.outcome;
}

/** Confirms the selected score where the tier reports it, and keeps the selected submission under its own name. */
async function keepSelected(options: ExecuteAttemptOptions, recorder: Recorder, desk: ScoringDesk): Promise<void> {
  const { loaded, ports, signals } = options;
  const selected = selectScore(recorder.state().scores, loaded.task.aggregate);
  if (selected === null) return;
  if (selected.source !== "start" && !signals.stop.aborted) await desk.confirm(selected);
  const submission = desk.captured(selected.submission ?? "");
  if (submission !== null) await ports.folder.keepSubmission(submission.directory);
}

function agentContext(
  options: ExecuteAttemptOptions,
  recorder: Recorder,
  sandbox: Sandbox,
  score: () => Promise<ScoreReply>,
): Omit<AgentContext, "signal"> {
  const { loaded, ports } = options;
  const { reference } = loaded.tier;
  const mayRead = ports.agent.receivesReference === true && reference.kind === "folder";
  return {
    sandbox,
    instructions: loaded.instructions,
    remembered: recorder.state().agentRemembers,
    remember: (value) => recorder.record({ type: "agent.remembered", value }),
    budget: () => budgetView(recorder.state(), recorder.elapsedMs()),
    score,
    referenceFolder: mayRead ? loaded.packPath(reference.path) : null,
  };
}
