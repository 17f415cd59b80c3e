import type {
  AttemptPorts,
  AttemptSignals,
  AttemptSpec,
  IsolationLevel,
  JournalHead,
  LoadedTask,
  MachineRate,
  RunPorts,
  SandboxProvider,
} from "@rebench/core";
import { executeAttempt } from "@rebench/core";
import { attemptStore, type HomeLayout } from "@rebench/core/home";
import { createAgent, openReference, spendsWorkingTime } from "./agents.ts";
import { hostVersion } from "./host/host-version.ts";
import { protectedPaths } from "./host/protected-paths.ts";
import { sandboxProvider } from "./host/providers.ts";
import { timingLeaseFile } from "./host/runtime-folder.ts";
import { thisMachine } from "./host/this-machine.ts";
import { systemClock } from "./host/system-clock.ts";
import { scorerHost } from "./scoring/scorer-host.ts";

const scorerHeapMb = 1024;

/** Ports for running attempts in a home; the one place that joins the core with what is real. */
export interface Composition {
  readonly sandboxes: SandboxProvider;
  readonly scorer: AttemptPorts["scorer"];
  readonly protectedPaths: readonly string[];
}

export interface ComposeOptions {
  readonly home: HomeLayout;
  readonly packDirectories: readonly string[];
  /** Null for the best level without containers. */
  readonly isolation: IsolationLevel | null;
}

export async function compose(options: ComposeOptions): Promise<Composition> {
  const { home, packDirectories, isolation } = options;
  const hidden = protectedPaths(home.root, packDirectories);
  return {
    sandboxes: await sandboxProvider(isolation),
    scorer: scorerHost({
      isolation,
      protectedPaths: hidden,
      leaseFile: timingLeaseFile(),
      assetsFolder: home.assets,
      memoryMb: scorerHeapMb,
    }),
    protectedPaths: hidden,
  };
}

export interface RunPortsOptions extends Composition {
  readonly home: HomeLayout;
  /** The task that a spec pins, already loaded. */
  readonly loadedTask: (spec: AttemptSpec) => LoadedTask;
  /** How fast this machine was found to be, for tiers whose budget is calibrated. */
  readonly rates: ReadonlyMap<LoadedTask, MachineRate>;
  readonly signals: AttemptSignals;
  /** Told how long a finished attempt's journal is and how it ends. */
  readonly journalClosed: (attemptId: string, head: JournalHead) => Promise<void>;
}

/** Carries out attempts for `executeRun`. */
export function runPorts(options: RunPortsOptions): RunPorts {
  const store = attemptStore(options.home);
  return {
    async attempt(spec, publish) {
      const machine = await thisMachine();
      const folder = await store.create(spec);
      const loaded = options.loadedTask(spec);
      const agent = createAgent(spec.agent, loaded);
      try {
        await using reference = await openReference(agent, loaded);
        return await executeAttempt({
          spec,
          loaded,
          ports: {
            clock: systemClock,
            sandboxes: options.sandboxes,
            scorer: options.scorer,
            agent,
            folder,
            protectedPaths: options.protectedPaths,
            referenceFolder: reference?.folder,
            hostVersion,
            machine,
            machineRate: spendsWorkingTime(spec.agent, loaded) ? options.rates.get(loaded) : undefined,
          },
          signals: options.signals,
          publish,
        });
      } finally {
        await folder.journal.close();
        await options.journalClosed(spec.attemptId, folder.journal.head());
      }
    },
  };
}
