import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionResult } from "@rebench/core";
import { writeJsonAtomic } from "./atomic-file.ts";
import { commandFolder, outputPath, resultPath } from "./command-files.ts";
import type { SupervisorConfiguration } from "./configuration.ts";
import { commandVariable, sandboxVariable } from "./processes/members.ts";
import { isStopped, readProcess } from "./processes/process-table.ts";
import type { CommandRequest } from "./protocol.ts";
import type { FirstProcess } from "./tree/first-process.ts";
import type { CommandTree } from "./tree/kill-command.ts";
import { createPausableTimer, type PausableTimer } from "./pausable-timer.ts";

export interface RunningCommand extends CommandTree {
  readonly user: "agent" | "harness";
  readonly timer: PausableTimer | null;
  timedOut: boolean;
  outOfMemory: boolean;
}

export interface Commands {
  readonly running: ReadonlyMap<string, RunningCommand>;
  start(request: CommandRequest): string;
  /** Stops and starts the clocks of timeouts. */
  pauseTimers(): void;
  resumeTimers(): void;
  /** Wakes carriers that stopped with their child and slept through its end. */
  wakeCarriers(): void;
}

export interface CommandsOptions {
  readonly configuration: SupervisorConfiguration;
  readonly first: FirstProcess;
  readonly onTimeout: (command: RunningCommand) => void;
  readonly onExit: (id: string, result: ExecutionResult) => void;
}

const retryMs = 5000;

export function createCommands(options: CommandsOptions): Commands {
  const { configuration, first } = options;
  const running = new Map<string, RunningCommand>();
  const carried = first.enter.length > 0;
  let count = 0;
  let paused = false;

  function start(request: CommandRequest): string {
    const id = String(++count).padStart(4, "0");
    const files = openFiles(configuration.directory, id, request.stdin);
    const [program = "", ...rest] = commandLine(configuration, first, id, request);
    let child: ChildProcess;
    try {
      child = spawn(program, rest, {
        stdio: [files.stdin, files.stdout, files.stderr],
        cwd: carried ? "/" : (request.cwd ?? configuration.users[request.user].cwd),
        // Only for the programs in front of the command: what a caller sets must not reach what still runs as root.
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
        detached: true,
      });
    } finally {
      closeSync(files.stdin);
    }
    const timer =
      request.timeoutMs === undefined
        ? null
        : createPausableTimer(request.timeoutMs, () => {
            command.timedOut = true;
            options.onTimeout(command);
          });
    const command: RunningCommand = {
      id,
      root: child.pid ?? -1,
      carried,
      seen: new Set(),
      user: request.user,
      timer,
      timedOut: false,
      outOfMemory: false,
    };
    running.set(id, command);
    // Where nothing but its own list tells the first process what to end when we are gone.
    if (configuration.recipe.membership.kind === "marker") first.child.stdin.write(`${command.root}\n`);
    if (paused && request.user === "agent") timer?.pause();

    const finish = (exitCode: number | null, signal: string | null): void => {
      timer?.cancel();
      const result: ExecutionResult = {
        exitCode,
        signal,
        timedOut: command.timedOut,
        outOfMemory: command.outOfMemory,
        stdoutBytes: fstatSync(files.stdout).size,
        stderrBytes: fstatSync(files.stderr).size,
      };
      closeSync(files.stdout);
      closeSync(files.stderr);
      void keepResult(resultPath(configuration.directory, id), result).then(() => {
        running.delete(id);
        options.onExit(id, result);
      });
    };
    child.once("error", (error) => {
      try {
        writeFileSync(files.stderr, `${error.message}\n`);
      } catch {
        // A full disk: the exit code must do.
      }
      finish(127, null);
    });
    child.once("exit", finish);
    return id;
  }

  return {
    running,
    start,
    pauseTimers: () => {
      paused = true;
      for (const command of running.values()) if (command.user === "agent") command.timer?.pause();
    },
    resumeTimers: () => {
      paused = false;
      for (const command of running.values()) command.timer?.resume();
    },
    wakeCarriers: () => {
      for (const command of running.values()) {
        if (!command.carried) continue;
        const carrier = readProcess(command.root);
        if (carrier !== null && isStopped(carrier)) signalCarrier(command);
      }
    },
  };
}

/** Resolves after the first attempt: a full disk shall hold up nobody who listens. Who comes later finds it once there is room. */
async function keepResult(path: string, result: ExecutionResult): Promise<void> {
  try {
    await writeJsonAtomic(path, result);
  } catch (error) {
    console.error(error);
    void sleep(retryMs, null, { ref: false }).then(() => keepResult(path, result));
  }
}

/** Lets a carrier go on, so that it sees its child's end. */
export function signalCarrier(command: CommandTree): void {
  try {
    process.kill(command.root, "SIGCONT");
  } catch {
    // It has ended.
  }
}

// The agent holds these files open but, not owning them, cannot open them again, for instance to read what it did not write.
function openFiles(
  directory: string,
  id: string,
  stdin: string | undefined,
): Record<"stdin" | "stdout" | "stderr", number> {
  const folder = commandFolder(directory, id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (stdin !== undefined) writeFileSync(`${folder}/stdin`, stdin, { mode: 0o600 });
  return {
    stdin: openSync(stdin === undefined ? "/dev/null" : `${folder}/stdin`, "r"),
    stdout: openSync(outputPath(directory, id, "stdout"), "a", 0o600),
    stderr: openSync(outputPath(directory, id, "stderr"), "a", 0o600),
  };
}

function commandLine(
  configuration: SupervisorConfiguration,
  first: FirstProcess,
  id: string,
  request: CommandRequest,
): string[] {
  const { recipe } = configuration;
  const defaults = configuration.users[request.user];
  const environment = {
    ...defaults.environment,
    ...request.environment,
    [sandboxVariable]: configuration.traces.name,
    [commandVariable]: id,
  };
  const inside = first.enter.length > 0;
  // `env` would take a program's name with an equals sign for a variable.
  const argv = request.argv[0]?.includes("=") ? ["sh", "-c", 'exec "$0" "$@"', ...request.argv] : request.argv;
  return [
    ...recipe.limit,
    // Seen from inside, a process that was entered has no session or group of its own until `setsid` makes one.
    ...(inside ? ["nsenter", ...first.enter, "setsid"] : []),
    ...recipe.become[request.user],
    "env",
    "-i",
    ...(inside ? [`--chdir=${request.cwd ?? defaults.cwd}`] : []),
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...argv,
  ];
}
