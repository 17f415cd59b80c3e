import type { Machine } from "../events/machine.ts";
import type { Agent } from "../ports/agent.ts";
import type { AttemptFolder } from "../ports/attempt-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { MachineRate } from "../ports/machine-rate.ts";
import type { SandboxProvider } from "../ports/sandbox.ts";
import type { ScorerHost } from "../ports/scorer-host.ts";

/** Everything an attempt touches outside of itself. */
export interface AttemptPorts {
  readonly clock: Clock;
  readonly sandboxes: SandboxProvider;
  readonly scorer: ScorerHost;
  readonly agent: Agent;
  readonly folder: AttemptFolder;
  /** Host folders that no sandbox may read. */
  readonly protectedPaths: readonly string[];
  /** Host folder of the reference solution, where the agent is the one that receives it. */
  readonly referenceFolder?: string | undefined;
  /** Version of the host, for the journal. */
  readonly hostVersion: string;
  /** What the attempt is carried out on, for the journal. */
  readonly machine?: Machine | undefined;
  /** How fast this machine was found to be, for a tier whose budget is calibrated. */
  readonly machineRate?: MachineRate | undefined;
}

/** Two ways to end early: `stop` keeps what is there and scores it, `abort` drops everything at once. */
export interface AttemptSignals {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}
