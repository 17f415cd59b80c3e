import { setTimeout as sleep } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { IsolationGuarantees, IsolationLevel, Sandbox, SandboxLayout, SandboxReference } from "@rebench/core";
import { findLeftovers, isAlive, killLeftovers, readStatus, removeTraces, type TraceRecord } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { attachToSupervisor, type Attachment } from "./attachment.ts";
import { openExecution } from "./execution.ts";
import type { SandboxFolders } from "./folders.ts";
import type { Identity } from "./identity.ts";
import { captureFolder } from "./inside/capture-folder.ts";
import { readInside } from "./inside/read-file.ts";
import { copyInside, writeInside } from "./inside/write-files.ts";

export interface LocalSandboxOptions {
  readonly reference: SandboxReference;
  readonly isolation: IsolationLevel;
  readonly guarantees: IsolationGuarantees;
  readonly layout: SandboxLayout;
  readonly folders: SandboxFolders;
  readonly identity: Identity;
  readonly attachment: Attachment;
  readonly controlSocket: string;
  readonly traces: TraceRecord;
  readonly onConnection: (listener: (connection: Duplex) => void) => void;
}

/** Files are reached on the host, processes through the supervisor. */
export function openSandbox(options: LocalSandboxOptions): Sandbox {
  const { attachment, folders, traces } = options;
  let destroyed: Promise<void> | null = null;

  async function destroy(): Promise<void> {
    await attachment.request({ method: "destroy" }).catch(() => destroyAnew());
    await attachment.detach();
    // A supervisor that was killed left this to us; so did one that ended long ago.
    await killLeftovers(traces);
    removeTraces(traces);
  }

  /** After we let go, or where the supervisor is gone, which is nothing new to it. */
  async function destroyAnew(): Promise<void> {
    const again = await attachToSupervisor(options.reference.directory, options.controlSocket).catch(() => null);
    await again?.request({ method: "destroy" }).catch(() => undefined);
    await again?.detach();
  }

  async function endProcesses(): Promise<void> {
    try {
      await attachment.request({ method: "endProcesses" });
    } catch (error) {
      const isGone = RebenchError.is(error) && error.code === "sandbox.gone";
      if (!isGone || !(await comesTrue(hasEnded))) throw error;
      // Its supervisor took everything along; what a level could not tie to it is ended here.
      await killLeftovers(traces);
      if (!(await comesTrue(() => findLeftovers(traces).length === 0))) throw error;
    }
  }

  /** Rather than that we let go of it. */
  async function hasEnded(): Promise<boolean> {
    const status = await readStatus(options.reference.directory);
    return status === null || status.state.kind === "ended" || !isAlive(status.supervisor);
  }

  return {
    reference: options.reference,
    isolation: options.isolation,
    guarantees: options.guarantees,
    layout: options.layout,
    ended: attachment.ended,
    write: async (files) => {
      for (const file of files) writeInside(options, file);
    },
    copyIn: (hostPath, insidePath, owner) => copyInside(options, hostPath, insidePath, owner),
    read: (path, { maxBytes }) => readInside(options, path, maxBytes),
    capture: (contract, destination) => captureFolder(folders.solution, contract, destination),
    exec: async (command) => {
      const id = await attachment.request({
        method: "exec",
        command: {
          argv: command.argv,
          user: command.user,
          cwd: command.cwd,
          environment: command.environment,
          stdin: command.stdin,
          timeoutMs: command.timeoutMs,
        },
      });
      return openExecution(attachment, String(id));
    },
    execution: (id) => openExecution(attachment, id),
    freeze: async () => void (await attachment.request({ method: "freeze" })),
    thaw: async (deadlines) => void (await attachment.request({ method: "thaw", deadlines })),
    setDeadlines: async (deadlines) => void (await attachment.request({ method: "setDeadlines", deadlines })),
    endProcesses,
    cpuSeconds: async () => Number(await attachment.request({ method: "cpuSeconds" })),
    onConnection: options.onConnection,
    detach: () => attachment.detach(),
    destroy: () => (destroyed ??= destroy()),
  };
}

const deathMs = 2000;

/** What was killed is not dead at once: whether something becomes true while one may wait for that. */
async function comesTrue(check: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < deathMs; await sleep(20)) {
    if (await check()) return true;
  }
  return check();
}
