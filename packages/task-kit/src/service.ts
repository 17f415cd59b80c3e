/**
 * A host-side endpoint that a sandbox without network can call through the relay: a judge, an experiment runner.
 * Inside, `POST http://rebench/services/<name>` on the unix socket `$REBENCH_SOCKET` with a JSON body; the reply is JSON.
 */
export interface Service {
  /** Lower-case words joined by `-`, unique in the task. */
  readonly name: string;
  /** What the agent is told about it: what to send and what comes back. */
  readonly description: string;
  /** Most calls in one attempt; null for no limit. */
  readonly callBudget: number | null;
  /** Who may call: the agent during its attempt, the submission while it is scored, or both. */
  readonly availableTo: readonly ("agent" | "submission")[];
  /** Called once an attempt (or scoring); the handler lives as long as its sandbox. */
  readonly open: (context: ServiceContext) => Promise<ServiceHandler>;
}

/** What a service is opened with. */
export interface ServiceContext {
  /** Aborted when the attempt, or the scoring, ends. */
  readonly signal: AbortSignal;
  /** 32 hex digits, fixed for the attempt. */
  readonly seed: string;
  /** Absolute host path of a file or folder of the pack. */
  packPath(relative: string): string;
}

/** An open service. Calls may overlap. */
export interface ServiceHandler {
  /** `input` and the result are JSON values. Throw {@link ServiceRefusal} for a caller's mistake; anything else is the pack's fault. */
  call(input: unknown): Promise<unknown>;
  close?(): Promise<void>;
}

const marker = Symbol.for("rebench.service-refusal");

/** A service's answer to a request it will not serve; the message is shown to the caller. */
export class ServiceRefusal extends Error {
  readonly [marker] = true;

  static is(value: unknown): value is ServiceRefusal {
    return typeof value === "object" && value !== null && marker in value;
  }
}
