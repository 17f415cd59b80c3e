import { openSync } from "node:fs";
import { join } from "node:path";
import { RebenchError } from "@rebench/task-kit";
import type { SandboxDeadlines, SandboxEnd } from "@rebench/core";
import { writeJsonAtomic } from "./atomic-file.ts";
import { createCommands, signalCarrier, type RunningCommand } from "./commands.ts";
import type { SupervisorConfiguration } from "./configuration.ts";
import { startControlServer } from "./control/control-server.ts";
import { createCpuMeter } from "./cpu-meter.ts";
import { watchDeadlines } from "./deadlines.ts";
import { watchDisk } from "./disk-watcher.ts";
import { watchMemory } from "./memory-watcher.ts";
import { findMembers } from "./processes/members.ts";
import { identifyProcess } from "./processes/process-identity.ts";
import type { CommandRequest, Request, RequestResult } from "./protocol.ts";
import { startRelay } from "./relay/relay-server.ts";
import { writeStatus, type SupervisorStatus } from "./status.ts";
import { removeTraces } from "./traces.ts";
import { startFirstProcess } from "./tree/first-process.ts";
import { killCommandTree } from "./tree/kill-command.ts";
import { continueAll, memberQuery, signalUntil, type SignalTarget } from "./tree/signals.ts";
import { carriersAreAtRest, carriersHaveArrived } from "./tree/carriers.ts";

/** Runs one sandbox from its first process to its removal. Resolves when there is nothing left to do. */
export async function superviseSandbox(configuration: SupervisorConfiguration, onReady: () => void): Promise<void> {
  const { directory, recipe } = configuration;
  const self = identifyProcess(process.pid);
  if (self === null) throw new RebenchError({ code: "sandbox.start-failed", message: "/proc cannot be read." });
  await writeJsonAtomic(configuration.traces.path, { ...configuration.traces, owner: self });

  const logFile = openSync(join(directory, "supervisor.log"), "a", 0o600);
  const first = await startFirstProcess(recipe, logFile, configuration.traces.name);
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let state: SupervisorStatus["state"] = { kind: "running" };
  let ending: Promise<void> | null = null;
  let thawed: Array<() => void> = [];
  // While it is not zero nothing new of the agent starts.
  let agentEndings = 0;
  let hadDeadline = false;
  let abandoned: NodeJS.Timeout | undefined;
  // Freezing, thawing and ending one after the other; a second freeze must not overtake a thaw.
  let sequence: Promise<unknown> = Promise.resolve();
  const inSequence = <T>(work: () => Promise<T>): Promise<T> => {
    const result = sequence.then(work);
    sequence = result.catch(() => undefined);
    return result;
  };

  const commands = createCommands({
    configuration,
    first,
    onTimeout: kill,
    onExit: (execution, result) => server.announce({ event: "exited", execution, result }),
  });
  const target: SignalTarget = {
    recipe,
    first,
    marker: configuration.traces.name,
    roots: (scope) =>
      [...commands.running.values()]
        .filter((command) => scope === "all" || command.user === "agent")
        .map((command) => command.root),
  };
  const cpu = createCpuMeter(target);
  const relay = await startRelay(configuration);
  const deadlines = await watchDeadlines(directory, {
    onReached: (limit, at) => void end({ kind: "deadline", limit, at }),
    isFrozen: () => state.kind === "frozen",
  });
  const stopMemory = watchMemory({
    limitBytes: configuration.memoryMb * 2 ** 20,
    target,
    commands: commands.running,
    isFrozen: () => state.kind === "frozen",
    onExceeded: (command: RunningCommand) => {
      command.outOfMemory = true;
      kill(command);
    },
  });
  const stopDisk = watchDisk({
    folders: configuration.measuredFolders,
    limitMb: configuration.diskMb,
    isFrozen: () => state.kind === "frozen",
    onExceeded: (usedMb) => void end({ kind: "disk", usedMb }),
  });
  // A carrier that goes on lets its child go on.
  const wakeCarriers = (): void => {
    try {
      if (state.kind === "running") commands.wakeCarriers();
    } catch (error) {
      console.error(error);
    }
  };

  function kill(command: RunningCommand): void {
    killCommandTree(target, command).catch((error: unknown) => {
      console.error(error);
      void end({ kind: "died", reason: "a command that had to end could not be ended" });
    });
  }
  const wake = setInterval(wakeCarriers, 200);

  async function setState(next: SupervisorStatus["state"]): Promise<void> {
    state = next;
    await writeStatus(directory, { supervisor: self ?? { pid: process.pid, startTime: "" }, state });
  }

  /** Ends every process. What is left is the workspace, until someone collects it. */
  function end(how: SandboxEnd): Promise<void> {
    ending ??= inSequence(async () => {
      clearInterval(wake);
      stopMemory();
      stopDisk();
      deadlines.stop();
      if (first.namespaceInit === null) await signalUntil(target, { scope: "all", signal: "KILL" });
      await first.end();
      for (const command of commands.running.values()) signalCarrier(command);
      for (const resume of thawed) resume();
      relay.close();
      await setState({ kind: "ended", end: how });
      server.announce({ event: "ended", end: how });
      setTimeout(finish, configuration.keptForMs);
    }).catch((error: unknown) => {
      // Everything is tied to this process: without it nothing of the agent goes on.
      console.error(error);
      process.exit(1);
    });
    return ending;
  }

  function waitForSomeone(): void {
    clearTimeout(abandoned);
    abandoned = setTimeout(() => {
      if (configuration.purpose === "scoring") void destroy();
      else if (!hadDeadline) void end({ kind: "died", reason: "nobody was attached and it had no deadline" });
    }, configuration.abandonedAfterMs);
  }

  async function freeze(): Promise<void> {
    if (state.kind !== "running") return;
    commands.pauseTimers();
    try {
      await setState({ kind: "frozen" });
    } catch (error) {
      // Such as a full disk. Nothing has been stopped yet.
      state = { kind: "running" };
      commands.resumeTimers();
      throw error;
    }
    const stopped = await signalUntil(target, {
      scope: "agent",
      signal: "STOP",
      settled: () => carriersAreAtRest(commands.running),
      // What cannot be stopped must not put off a deadline.
      giveUp: () => ending !== null,
    }).catch((error: unknown) => {
      console.error(error);
      return false;
    });
    if (stopped) return;
    // Nothing watches over what runs on in a frozen sandbox, and an agent can make processes that no stop reaches.
    void end({ kind: "died", reason: "some of its processes could not be stopped" });
    throw new RebenchError({ code: "sandbox.freeze-failed", message: "Some processes did not stop." });
  }

  /** Ends the agent's processes. Nothing is left to do where the sandbox itself has ended or does so meanwhile. */
  async function endAgent(): Promise<void> {
    agentEndings++;
    for (const resume of thawed) resume();
    thawed = [];
    try {
      const ended = await inSequence(
        async () =>
          ending === null &&
          (await signalUntil(target, {
            scope: "agent",
            signal: "KILL",
            settled: () => carriersHaveArrived(commands.running),
            giveUp: () => ending !== null,
          })),
      );
      for (const command of commands.running.values()) if (command.user === "agent") signalCarrier(command);
      if (ended) return;
      await ending;
      if (ending !== null && findMembers(memberQuery(target, "agent", "host")).length === 0) return;
      throw new RebenchError({ code: "sandbox.kill-failed", message: "Some processes did not end." });
    } finally {
      agentEndings--;
    }
  }

  async function startCommand(command: CommandRequest): Promise<string> {
    const isRefused = (): boolean => command.user === "agent" && agentEndings > 0;
    // A new process of the agent would run while all others are stopped.
    while (state.kind === "frozen" && command.user === "agent" && !isRefused()) {
      await new Promise<void>((resolve) => thawed.push(resolve));
    }
    if (ending !== null) throw new RebenchError({ code: "sandbox.gone", message: "The sandbox has ended." });
    if (isRefused()) {
      throw new RebenchError({ code: "sandbox.agent-ended", message: "The agent's processes are being ended." });
    }
    return commands.start(command);
  }

  async function thaw(next: SandboxDeadlines): Promise<void> {
    await setDeadlines(next);
    if (state.kind !== "frozen" || ending !== null) return;
    await setState({ kind: "running" });
    await continueAll(target, "agent");
    wakeCarriers();
    // Some stop only now, over a stop that they had seen but not yet followed.
    for (const delayMs of [5, 20, 60]) setTimeout(wakeCarriers, delayMs);
    commands.resumeTimers();
    for (const resume of thawed) resume();
    thawed = [];
  }

  async function setDeadlines(next: SandboxDeadlines): Promise<void> {
    hadDeadline ||= next.wallEndsAt !== null || next.workingEndsAt !== null;
    await deadlines.set(next);
  }

  async function destroy(): Promise<void> {
    await end({ kind: "destroyed" });
    await setState({ kind: "ended", end: { kind: "destroyed" } });
    removeTraces(configuration.traces);
    setImmediate(finish);
  }

  async function handle(request: Request): Promise<RequestResult> {
    if (request.method === "destroy") {
      await destroy();
      return null;
    }
    const hasEnded = state.kind === "ended" || ending !== null;
    if (hasEnded && request.method !== "endProcesses") {
      throw new RebenchError({ code: "sandbox.gone", message: "The sandbox has ended." });
    }
    switch (request.method) {
      case "exec":
        return startCommand(request.command);
      case "kill": {
        const command = commands.running.get(request.execution);
        if (command !== undefined) await killCommandTree(target, command);
        return null;
      }
      case "freeze":
        await inSequence(freeze);
        return null;
      case "thaw":
        await inSequence(() => thaw(request.deadlines));
        return null;
      case "setDeadlines":
        await setDeadlines(request.deadlines);
        return null;
      case "endProcesses":
        await endAgent();
        return null;
      case "cpuSeconds":
        return cpu();
    }
  }

  const server = await startControlServer({
    path: configuration.controlSocket,
    handle,
    greeting: () => (state.kind === "ended" ? [{ event: "ended", end: state.end }] : []),
    onClients: (count) => {
      if (count > 0) clearTimeout(abandoned);
      else if (configuration.purpose === "scoring") void destroy();
      else waitForSomeone();
    },
  });
  waitForSomeone();
  void first.ended.then((reason) => void end({ kind: "died", reason }));
  process.on("SIGTERM", () => void end({ kind: "died", reason: "its supervisor was told to end" }).then(finish));
  await setState({ kind: "running" });
  onReady();
  await finished;
  relay.close();
  server.close();
}
