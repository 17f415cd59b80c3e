import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  ExecutionResult,
  IsolationGuarantees,
  OutputStream,
  Sandbox,
  SandboxCommand,
  SandboxObservation,
  SandboxReference,
  SandboxUser,
} from "@rebench/core";
import { captureSubmission, executionResultSchema } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { largestPartBytes } from "../control/messages.ts";
import { linkSupervisor, parseLeniently } from "../control/supervisor-link.ts";
import { statusOf } from "../engine/answers.ts";
import type { Engine } from "../engine/connect.ts";
import type { FilesDesk } from "../files/files-desk.ts";
import { givenFile, hostEntries } from "../files/host-entries.ts";
import { readFile } from "../files/read-file.ts";
import { submissionSource } from "../files/submission-source.ts";
import { unpackEntries, writeEntries, type OwnedEntry } from "../files/write-entries.ts";
import { layout, program, stateFolder, users } from "../inside-paths.ts";
import { endCommand, sweep, type EndingOptions } from "./end-processes.ts";
import { createExecutions } from "./executions.ts";
import { createFreezer } from "./freezer.ts";
import { keepOutput } from "./keep-output.ts";
import { openRelay, type Relay } from "./relay.ts";

const engineRetryMs = 250;

export const guarantees: IsolationGuarantees = { files: true, processes: true, network: true, users: true };

/** A container of ours, as it was made. */
interface StandingContainer {
  readonly engine: Engine;
  readonly container: string;
  readonly image: string;
  readonly scope: string;
  readonly diskMb: number;
  readonly relay: boolean;
  /** Whether what commands printed is brought to the host in the end. */
  readonly keepsOutput: boolean;
  readonly frozen: boolean;
  /** Nothing of an agent has run in it yet. */
  readonly fresh: boolean;
  readonly environment: Readonly<Record<SandboxUser, Readonly<Record<string, string>>>>;
}

export interface OpenSandboxOptions extends StandingContainer {
  readonly reference: SandboxReference;
  readonly observed: SandboxObservation;
  readonly desk: FilesDesk;
  /** Takes connections to the egress proxy's port; null where there is no egress. */
  readonly onEgress: ((connection: Duplex) => void) | null;
}

/** Processes through the engine and the supervisor inside, files through a companion that no process of the agent can see. */
export async function openSandbox(options: OpenSandboxOptions): Promise<Sandbox> {
  const { engine, container, desk } = options;
  const owners = new Map<string, SandboxUser>();
  let isOver = false;
  let agentHasRun = !options.fresh;
  let relay: Relay | null = null;
  let destroyed: Promise<void> | null = null;
  const early: Array<readonly [string, ExecutionResult]> = [];
  let exited = (id: string, result: ExecutionResult): void => void early.push([id, result]);

  const link = await linkSupervisor({
    engine,
    container,
    events: {
      exited: (id, result) => exited(id, result),
      mustEnd: (id) => void end(id).catch(() => endBecause("a command that had to end could not be ended")),
      measure: () => void measure().catch(() => undefined),
    },
  });
  for (const [id, { user }] of link.known) owners.set(id, user);
  void link.ended.then(() => {
    isOver = true;
    relay?.close();
  });
  const freezer = await createFreezer({ engine, container, link, frozen: options.frozen });
  const ending: EndingOptions = { ...options, isOver: () => isOver };

  const executions = createExecutions({ readOutput, kill: end, over: link.ended, resultAfterEnd });
  exited = executions.exited;
  for (const [id, result] of early) executions.exited(id, result);

  async function end(id: string): Promise<void> {
    const user = owners.get(id) ?? link.known.get(id)?.user;
    if (user === undefined) return;
    await freezer.running();
    await endCommand(ending, user, id);
  }

  function endBecause(reason: string): void {
    void link.request("end", { end: { kind: "died", reason } }).catch(() => undefined);
  }

  /** What the supervisor could not look into. */
  async function measure(): Promise<void> {
    const reply = await desk.request("measure", { paths: ["/home", "/tmp", `${stateFolder}/commands`] });
    const usedMb = Math.ceil(z.number().parse(reply.header["bytes"]) / 2 ** 20);
    if (usedMb > options.diskMb) await link.request("end", { end: { kind: "disk", usedMb } });
  }

  async function exec(command: SandboxCommand): Promise<string> {
    await freezer.running();
    await relay?.ready;
    const { user } = command;
    const token = randomBytes(16).toString("hex");
    const stdin = Buffer.from(command.stdin ?? "");
    const prepared = await link.request(
      "prepare",
      {
        user,
        argv: command.argv,
        cwd: command.cwd ?? (user === "agent" ? layout.home : layout.harness),
        environment: { ...options.environment[user], ...command.environment },
        timeoutMs: command.timeoutMs ?? null,
        token,
        stdinFollows: stdin.length > largestPartBytes,
      },
      stdin.subarray(0, largestPartBytes),
    );
    const execution = z.string().parse(prepared.header["execution"]);
    owners.set(execution, user);
    if (user === "agent") agentHasRun = true;
    for (let done = largestPartBytes; done < stdin.length; done += largestPartBytes) {
      const last = done + largestPartBytes >= stdin.length;
      await link.request("stdin", { execution, last }, stdin.subarray(done, done + largestPartBytes));
    }
    await carry(execution, token, user);
    return execution;
  }

  /** An engine refuses a paused container; one that has no room for another process fails the command, not the sandbox. */
  async function carry(execution: string, token: string, user: SandboxUser): Promise<void> {
    for (;;) {
      try {
        return await engine.execs.detach(container, {
          argv: [program, "carry", execution, token],
          user: users[user].name,
        });
      } catch (error) {
        const wasFrozen = freezer.isFrozen();
        await freezer.running();
        if (wasFrozen) continue;
        if (statusOf(error) === null) {
          // The engine did not answer; when it does not for long, the sandbox is over. A command is started but once.
          await sleep(engineRetryMs);
          continue;
        }
        const message = `could not be started: ${error instanceof Error ? error.message : String(error)}\n`;
        await link.request("abandon", { execution, message }).catch((refusal: unknown) => {
          if (!RebenchError.is(refusal) || refusal.code !== "inside.started") throw refusal;
        });
        return;
      }
    }
  }

  async function readOutput(id: string, stream: OutputStream, offset: number, maxBytes: number): Promise<Uint8Array> {
    const max = Math.min(maxBytes, largestPartBytes);
    if (!isOver && !freezer.isFrozen()) {
      const reply = await link.request("output", { execution: id, stream, offset, max }).catch(() => null);
      if (reply !== null) return reply.body;
    }
    const reply = await desk.request("read", { path: `${stateFolder}/commands/${id}/${stream}`, offset, max });
    return reply.body;
  }

  async function resultAfterEnd(id: string): Promise<ExecutionResult | null> {
    if (destroyed !== null) return killed(0, 0);
    const folder = `${stateFolder}/commands/${id}`;
    // An engine that does not answer any more says nothing of it either.
    const said = await engine.archives.readFile(container, `${folder}/exit.json`, 4096).catch(() => null);
    const result = said === null ? null : parseLeniently(executionResultSchema, said);
    if (result !== null) return result;
    try {
      const sizes = await Promise.all(
        ["stdout", "stderr"].map((name) => desk.request("stat", { path: `${folder}/${name}` })),
      );
      const [stdout = 0, stderr = 0] = sizes.map(({ header }) => z.number().parse(header["bytes"]));
      return killed(stdout, stderr);
    } catch (error) {
      if (RebenchError.is(error) && error.code === "inside.missing") return null;
      return killed(0, 0);
    }
  }

  async function bring(entries: AsyncIterable<OwnedEntry>): Promise<void> {
    if (agentHasRun) await writeEntries(desk, entries);
    else await unpackEntries(engine, container, entries);
  }

  async function letGo(): Promise<void> {
    freezer.close();
    relay?.close();
    link.close();
    await desk.close();
  }

  async function destroy(): Promise<void> {
    link.endWith({ kind: "destroyed" });
    await letGo();
    // Whatever is wrong with it, the container goes.
    if (options.keepsOutput) await keepOutput(engine, container, options.reference.directory).catch(() => undefined);
    await engine.containers.remove(container);
  }

  return {
    reference: options.reference,
    isolation: "docker",
    guarantees,
    layout,
    observed: options.observed,
    ended: link.ended,
    write: (files) => bring(owned(files.map((file) => ({ entry: givenFile(file), owner: file.owner })))),
    copyIn: (hostPath, insidePath, owner) => bring(ownedBy(owner, hostEntries(hostPath, insidePath))),
    read: (path, { maxBytes }) => readFile(desk, path, maxBytes),
    capture: (contract, destination) => captureSubmission(submissionSource(desk), contract, destination),
    exec: async (command) => executions.open(await exec(command)),
    execution: (id) => executions.open(id),
    freeze: () => freezer.freeze(),
    thaw: (deadlines) => freezer.thaw(deadlines),
    setDeadlines: (deadlines) => freezer.setDeadlines(deadlines),
    endProcesses: async () => {
      await freezer.release();
      if (!isOver) await sweep(ending, "agent");
    },
    cpuSeconds: () => engine.containers.cpuSeconds(container),
    onConnection: (listener) => {
      if (!options.relay) return;
      relay ??= openRelay({
        engine,
        container,
        egress: options.onEgress !== null,
        running: () => freezer.running(),
        onStream: (stream, channel) => {
          if (channel === "egress") options.onEgress?.(stream);
          else listener(stream);
        },
      });
    },
    detach: letGo,
    destroy: () => (destroyed ??= destroy()),
  };
}

/** What had not ended when its sandbox did. */
function killed(stdoutBytes: number, stderrBytes: number): ExecutionResult {
  return { exitCode: null, signal: "SIGKILL", timedOut: false, outOfMemory: false, stdoutBytes, stderrBytes };
}

async function* owned(entries: readonly OwnedEntry[]): AsyncGenerator<OwnedEntry> {
  yield* entries;
}

async function* ownedBy(owner: SandboxUser, entries: ReturnType<typeof hostEntries>): AsyncGenerator<OwnedEntry> {
  for await (const entry of entries) yield { entry, owner };
}
