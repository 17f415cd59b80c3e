import type { Agent, AgentContext, AgentEnd } from "../ports/agent.ts";
import type { Clock } from "../ports/clock.ts";
import type { Sandbox, SandboxEnd } from "../ports/sandbox.ts";
import type { Outcome } from "../events/outcome.ts";
import { failedOutcome } from "./attempt-failure.ts";
import type { AttemptSignals } from "./attempt-ports.ts";
import { newsOfEnd } from "./news-of-end.ts";

/** Why the agent's part of an attempt is over. */
export type AgentStop = { readonly outcome: Outcome; readonly reason: string; readonly sandboxEnded: boolean };

export interface RunAgentOptions {
  readonly agent: Agent;
  readonly context: Omit<AgentContext, "signal">;
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly signals: AttemptSignals;
  /** Resolves when the submission was handed in from inside the sandbox. */
  readonly submitted: Promise<void>;
  /** Resolves when the journal cannot be written any more. */
  readonly broken: Promise<Error>;
}

/** Lets the agent work until it is done, hands in, meets a limit, loses its sandbox, or is stopped: whichever comes first. */
export async function runAgent(options: RunAgentOptions): Promise<AgentStop> {
  const { agent, context, sandbox, clock, signals, submitted, broken } = options;
  if (signals.stop.aborted || signals.abort.aborted) return cancelled;
  const over = new AbortController();
  const work = agent.run({ ...context, signal: over.signal }).catch(endOfThrown);
  try {
    return await Promise.race([
      work.then((end) => afterAgent(end, sandbox, clock)),
      sandbox.ended.then(afterSandbox),
      submitted.then((): AgentStop => ({ outcome: { kind: "completed" }, reason: "submitted", sandboxEnded: false })),
      broken.then((error): AgentStop => ({ outcome: failedOutcome(error), reason: "journal", sandboxEnded: false })),
      aborted(signals.stop, over.signal),
      aborted(signals.abort, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

/** An agent whose sandbox ends first sees its command fail: the sandbox's end is the cause, so its news is waited for. */
async function afterAgent(end: AgentEnd, sandbox: Sandbox, clock: Clock): Promise<AgentStop> {
  if (end.kind === "done") return { outcome: { kind: "completed" }, reason: "done", sandboxEnded: false };
  const lost = await newsOfEnd(sandbox, clock);
  if (lost !== null) return afterSandbox(lost);
  const { blame, code, message } = end;
  return { outcome: { kind: "failed", blame, code, message }, reason: code, sandboxEnded: false };
}

function afterSandbox(end: SandboxEnd): AgentStop {
  switch (end.kind) {
    case "deadline":
      return { outcome: { kind: "limit", limit: end.limit }, reason: `${end.limit} limit`, sandboxEnded: true };
    case "disk":
      return {
        outcome: { kind: "limit", limit: "disk" },
        reason: `disk limit at ${end.usedMb} MB`,
        sandboxEnded: true,
      };
    case "died":
      return {
        outcome: { kind: "failed", blame: end.blame ?? "sandbox", code: "sandbox.died", message: end.reason },
        reason: end.reason,
        sandboxEnded: true,
      };
    case "destroyed":
      return {
        outcome: failedOutcome(new Error("the sandbox was destroyed while the agent worked")),
        reason: "destroyed",
        sandboxEnded: true,
      };
  }
}

/** What the sandbox or the host did is not the agent's fault, though it comes out of the agent's code. */
function endOfThrown(error: unknown): AgentEnd {
  const { blame, code, message } = failedOutcome(error);
  if (code !== "host.defect") return { kind: "failed", blame, code, message };
  return { kind: "failed", blame: "agent", code: "agent.threw", message };
}

const cancelled: AgentStop = { outcome: { kind: "cancelled" }, reason: "cancelled", sandboxEnded: false };

/** The run's signals outlive its attempts, so `over` takes the listener away again: it would hold the attempt in memory. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<AgentStop> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(cancelled), { once: true, signal: over }),
  );
}
