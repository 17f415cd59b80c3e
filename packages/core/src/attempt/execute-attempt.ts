import { journalSchema, type StampedEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { Outcome } from "../events/outcome.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import type { AttemptSpec } from "../run/attempt-spec.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { AttemptPorts, AttemptSignals } from "./attempt-ports.ts";
import { calibrateBudget } from "./calibrate-budget.ts";
import { carryThrough } from "./carry-through.ts";
import { finishRecord } from "./finish-record.ts";
import { withServices } from "./open-services.ts";
import { prepareSandbox } from "./prepare-sandbox.ts";
import { createRecorder, type Recorder } from "./recorder.ts";

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
  const { hostVersion: host, machine } = ports;
  await recorder.record({ type: "journal.opened", schema: journalSchema, host, spec, ...(machine && { machine }) });
  return finishRecord(recorder, options.signals, async () => {
    await calibrate(options, recorder);
    return live(options, recorder);
  });
}

async function live(options: ExecuteAttemptOptions, recorder: Recorder): Promise<Outcome> {
  const { spec, loaded, ports, signals } = options;
  if (signals.stop.aborted || signals.abort.aborted) return { kind: "cancelled" };
  return withServices(loaded, spec.seed, signals.abort, async (services) => {
    let sandbox: Sandbox | null = null;
    try {
      sandbox = await prepareSandbox(loaded, ports, recorder, signals.abort);
      return await carryThrough({ loaded, ports, signals, recorder, sandbox, services });
    } finally {
      await sandbox?.destroy();
    }
  });
}

/** Before there is a sandbox: whoever takes the attempt over finds its budget in the journal. */
async function calibrate({ loaded, ports }: ExecuteAttemptOptions, recorder: Recorder): Promise<void> {
  const { calibration, budget: tier } = loaded.tier;
  if (calibration === undefined || ports.machineRate === undefined) return;
  const planned = recorder.state().spec.budget;
  await recorder.record(calibrateBudget({ calibration, tier, planned }, ports.machineRate));
}
