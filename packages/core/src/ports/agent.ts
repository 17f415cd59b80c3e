import type { Blame } from "../events/outcome.ts";
import type { Sandbox, SandboxLayout } from "./sandbox.ts";
import type { BudgetView } from "../attempt/budget-view.ts";
import type { ScoreReply } from "../attempt/score-reply.ts";

/** How an agent stopped of its own accord. */
export type AgentEnd =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly blame: Blame; readonly code: string; readonly message: string };

/** The part of the sandbox that an agent may use. */
export type AgentSandbox = Pick<Sandbox, "exec" | "execution" | "write" | "copyIn" | "read"> & {
  readonly layout: SandboxLayout;
};

export interface AgentContext {
  readonly sandbox: AgentSandbox;
  /** Markdown, as it lies in the sandbox. */
  readonly instructions: string;
  /** Aborted when the attempt ends for any reason; return soon after. */
  readonly signal: AbortSignal;
  /** What an earlier runner's copy of this agent remembered, when this attempt is taken over; else undefined. */
  readonly remembered: unknown;
  /** Puts a JSON value on disk that a later runner will find in `remembered`. */
  remember(value: unknown): Promise<void>;
  budget(): BudgetView;
  /** Freezes the sandbox, scores what is there, and says what the agent may know of it. */
  score(): Promise<ScoreReply>;
  /** Host folder of the reference solution; null for every agent that does not declare {@link Agent.receivesReference}. */
  readonly referenceFolder: string | null;
}

/** What attempts a task. A plain value without state; one `run` is one attempt. */
export interface Agent {
  readonly name: string;
  /** Only the reference agent. */
  readonly receivesReference?: true;
  run(context: AgentContext): Promise<AgentEnd>;
}
