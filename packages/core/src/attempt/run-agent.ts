import type { Agent, AgentContext, AgentEnd } from "../ports/agent.ts";
import type { Sandbox, SandboxEnd } from "../ports/sandbox.ts";
import type { Outcome } from "../events/outcome.ts";
import { failedOutcome } from "./attempt-failure.ts";
import type { AttemptSignals } from "./attempt-ports.ts";

/** Why the agent's part of an attempt is over. */
export type AgentStop = { readonly outcome: Outcome; readonly reason: string; readonly sandboxGone: boolean };

export interface RunAgentOptions {
  readonly agent: Agent;
  readonly context: Omit<AgentContext, "signal">;
  readonly sandbox: Sandbox;
  readonly signals: AttemptSignals;
  /** Resolves when the submission was handed in from inside the sandbox. */
  readonly submitted: Promise<void>;
  /** Resolves when the journal cannot be written any more. */
  readonly broken: Promise<Error>;
}

/** Lets the agent work until it is done, hands in, meets a limit, loses its sandbox, or is stopped: whichever comes first. */
export async function runAgent(options: RunAgentOptions): Promise<AgentStop> {
  const { agent, context, sandbox, signals, submitted, broken } = options;
  const over = new AbortController();
  const work = agent.run({ ...context, signal: over.signal }).catch(
    (error: unknown): AgentEnd => ({ kind: "failed", blame: "agent", code: "agent.threw", message: (error as Error).message }),
  );
  try {
    return await Promise.race([
      work.then((end) => afterAgent(end, sandbox)),
      sandbox.ended.then(afterSandbox),
      submitted.then((): AgentStop => ({ outcome: { kind: "completed" }, reason: "submitted", sandboxGone: false })),
      broken.then((error): AgentStop => ({ outcome: failedOutcome(error), reason: "journal", sandboxGone: false })),
      aborted(signals.stop),
      aborted(signals.abort),
    ]);
  } finally {
    over.abort();
  }
}

/** An agent whose sandbox ends sees its command fail at the same moment: the sandbox's end is the cause, so it is asked first. */
async function afterAgent(end: AgentEnd, sandbox: Sandbox): Promise<AgentStop> {
  if (end.kind === "done") return { outcome: { kind: "completed" }, reason: "done", sandboxGone: false };
  const lost = await Promise.race([sandbox.ended, new Promise<null>((resolve) => setImmediate(() => resolve(null)))]);
  if (lost !== null) return afterSandbox(lost);
  const { blame, code, message } = end;
  return { outcome: { kind: "failed", blame, code, message }, reason: code, sandboxGone: false };
}

function afterSandbox(end: SandboxEnd): AgentStop {
  switch (end.kind) {
    case "deadline":
      return { outcome: { kind: "limit", limit: end.limit }, reason: `${end.limit} limit`, sandboxGone: false };
    case "disk":
      return { outcome: { kind: "limit", limit: "disk" }, reason: `disk limit at ${end.usedMb} MB`, sandboxGone: false };
    case "died":
      return { outcome: { kind: "failed", blame: "sandbox", code: "sandbox.died", message: end.reason }, reason: end.reason, sandboxGone: true };
    case "destroyed":
      return { outcome: failedOutcome(new Error("the sandbox was destroyed while the agent worked")), reason: "destroyed", sandboxGone: true };
  }
}

function aborted(signal: AbortSignal): Promise<AgentStop> {
  const stop: AgentStop = { outcome: { kind: "cancelled" }, reason: "cancelled", sandboxGone: false };
  if (signal.aborted) return Promise.resolve(stop);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(stop), { once: true }));
}
