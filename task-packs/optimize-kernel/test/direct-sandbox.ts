import { spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  RebenchError,
  type CommandResult,
  type RunningCommand,
  type ScoringCommand,
  type ScoringSandbox,
} from "@rebench/task-kit";

/** A scoring sandbox without isolation, one user for everything: what is left then is what the harness does by itself. */
export async function openDirectSandbox(): Promise<ScoringSandbox> {
  const directory = await mkdtemp(path.join(tmpdir(), "optimize-kernel-"));
  const sharedMemory = await mkdtemp(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "optimize-kernel-"));
  const inside = (relative: string): string => path.join(directory, relative);
  const running: RunningCommand[] = [];
  const start = (command: ScoringCommand): Promise<RunningCommand> => {
    const started = begin(command, directory);
    running.push(started);
    return Promise.resolve(started);
  };
  return {
    directory,
    sharedMemory,
    separateUsers: false,
    async write(files) {
      for (const { path: relative, content, mode } of files) {
        await mkdir(path.dirname(inside(relative)), { recursive: true });
        await writeFile(inside(relative), content);
        await chmod(inside(relative), mode ?? 0o644);
      }
    },
    async copyIn(hostPath, target) {
      await mkdir(path.dirname(inside(target)), { recursive: true });
      await cp(hostPath, inside(target), { recursive: true });
    },
    async read(relative, { maxBytes }) {
      if ((await stat(inside(relative))).size > maxBytes)
        throw new RebenchError({ code: "sandbox.file-too-large", message: relative });
      return readFile(inside(relative));
    },
    start,
    run: async (command) => (await start(command)).result,
    async close() {
      await Promise.all(running.map((command) => command.kill()));
      await rm(directory, { recursive: true, force: true });
      await rm(sharedMemory, { recursive: true, force: true });
    },
  };
}

function begin(command: ScoringCommand, directory: string): RunningCommand {
  const [program = "", ...rest] = command.argv;
  const child = spawn(program, rest, {
    cwd: directory,
    detached: true,
    env: { PATH: process.env["PATH"], ...command.environment },
  });
  const output = { stdout: "", stderr: "" };
  let timedOut = false;
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, "SIGKILL");
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, command.timeoutSeconds * 1000);
  child.stdin.on("error", () => undefined);
  child.stdin.end(command.stdin ?? "");
  const result = new Promise<CommandResult>((resolve) => {
    child.on("error", () => resolve({ exitCode: 127, timedOut, outOfMemory: false, truncated: false, ...output }));
    child.on("exit", (exitCode) => {
      clearTimeout(timer);
      // What it left running may still hold the pipes.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve({ exitCode, timedOut, outOfMemory: false, truncated: false, ...output });
      }, 20);
    });
  });
  return { result, kill: async () => void (kill(), await result) };
}
