import type { ServiceHandler } from "@rebench/task-kit";
import type { Outcome } from "../events/outcome.ts";
import type { AgentContext } from "../ports/agent.ts";
import type { Clock } from "../ports/clock.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { AttemptPorts, AttemptSignals } from "./attempt-ports.ts";
import { budgetView } from "./budget-view.ts";
import { deadlinesFor } from "./deadlines.ts";
import { newsOfEnd } from "./news-of-end.ts";
import type { Recorder } from "./recorder.ts";
import { relayApi } from "./relay-api.ts";
import { runAgent } from "./run-agent.ts";
import { scoreReply, type ScoreReply } from "./score-reply.ts";
import { openScoringDesk, type ScoringDesk } from "./scoring-desk.ts";
import { selectScore } from "./select-score.ts";

/** An attempt whose sandbox stands, at whatever point of its life. */
export interface StandingAttempt {
  readonly loaded: LoadedTask;
  readonly ports: AttemptPorts;
  readonly signals: AttemptSignals;
  readonly recorder: Recorder;
  readonly sandbox: Sandbox;
  readonly services: ReadonlyMap<string, ServiceHandler>;
}

/** Takes an attempt from where its journal says it is to its last score: start, agent, final score, confirmation. */
export async function carryThrough(attempt: StandingAttempt): Promise<Outcome> {
  const { loaded, ports, recorder, sandbox, signals } = attempt;
  const desk = openScoringDesk({ loaded, ports, recorder, sandbox, signal: signals.abort });
  if (recorder.state().scores.length === 0) await desk.scoreStart();
  const { outcome, sandboxEnded } = await letAgentWork(attempt, desk);
  if (signals.abort.aborted) return { kind: "cancelled" };
  if (!sandboxEnded) await endProcesses(sandbox, ports.clock);
  // The workspace outlives its sandbox's processes, so what stood there is still scored.
  await finish(attempt, desk);
  return outcome;
}

/** A sandbox that ends at the same moment, say at its deadline, has no processes left to end. */
export async function endProcesses(sandbox: Sandbox, clock: Clock): Promise<void> {
  try {
    await sandbox.endProcesses();
  } catch (error) {
    if ((await newsOfEnd(sandbox, clock)) === null) throw error;
  }
}

/** Scores what the agent left, and confirms and keeps the selected submission. Everything of the agent is dead by now. */
export async function finish({ loaded, ports, recorder, signals }: StandingAttempt, desk: ScoringDesk): Promise<void> {
  await desk.scoreFinal();
  const selected = selectScore(recorder.state().scores, loaded.task.aggregate);
  if (selected === null) return;
  const confirmed = recorder.state().confirmed !== null;
  if (selected.source !== "start" && !confirmed && !signals.stop.aborted) await desk.confirm(selected);
  const submission = desk.captured(selected.submission);
  if (submission !== null) await ports.folder.keepSubmission(submission.directory);
}

async function letAgentWork(
  attempt: StandingAttempt,
  desk: ScoringDesk,
): Promise<{ outcome: Outcome; sandboxEnded: boolean }> {
  const { loaded, ports, recorder, sandbox, services, signals } = attempt;
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
  if (!recorder.state().agentRunning) await recorder.record({ type: "agent.started" });
  await sandbox.setDeadlines(deadlinesFor(recorder, ports.clock));
  const stop = await runAgent({
    agent: ports.agent,
    context: agentContext(attempt, score),
    sandbox,
    clock: ports.clock,
    signals,
    submitted,
    broken: recorder.broken,
  });
  if (stop.outcome.kind === "limit") await recorder.record({ type: "limit.reached", limit: stop.outcome.limit });
  await recorder.record({ type: "agent.ended", reason: stop.reason, outcome: stop.outcome });
  return stop;
}

function agentContext(attempt: StandingAttempt, score: () => Promise<ScoreReply>): Omit<AgentContext, "signal"> {
  const { loaded, ports, recorder, sandbox } = attempt;
  return {
    sandbox,
    instructions: loaded.instructions,
    remembered: recorder.state().agentRemembers,
    remember: (value) => recorder.record({ type: "agent.remembered", value }),
    budget: () => budgetView(recorder.state(), recorder.elapsedMs()),
    score,
    referenceFolder:
      ports.agent.receivesReference === true ? (ports.referenceFolder ?? folderOfReference(loaded)) : null,
  };
}

/** A plain folder needs nobody to unpack it. */
function folderOfReference({ tier, packPath }: LoadedTask): string | null {
  return tier.reference.kind === "folder" ? packPath(tier.reference.path) : null;
}
