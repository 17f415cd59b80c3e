import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { RebenchError } from "@rebench/task-kit";
import { namespaceOf, sandboxVariable } from "../processes/members.ts";
import type { TreeRecipe } from "../recipe.ts";

/** The process that a sandbox lives and dies with. */
export interface FirstProcess {
  /** Resolves with words for a person when it has ended. */
  readonly ended: Promise<string>;
  /** Arguments for `nsenter`; empty where there is nothing to enter. */
  readonly enter: readonly string[];
  /** Host pid of the PID namespace's first process, or null without one. */
  readonly namespaceInit: number | null;
  /** As `readlink /proc/PID/ns/pid` says it. */
  readonly namespace: string | null;
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Kills it, and with it its namespaces' processes. */
  end(): Promise<void>;
  /** Closes the open namespaces. */
  close(): void;
}

const forgottenAfterMs = 10_000;
const longOptions = { user: "user", mnt: "mount", pid: "pid", net: "net", ipc: "ipc", uts: "uts" } as const;

export async function startFirstProcess(recipe: TreeRecipe, logFile: number, marker: string): Promise<FirstProcess> {
  const [program = "", ...rest] = recipe.start;
  const child = spawn(program, rest, {
    // The supervisor holds the pipe to stdin and never writes: its end tells the process that the supervisor is gone.
    stdio: ["pipe", "pipe", logFile],
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      // Found by a clean-up, should it ever be left alone. A first process among the host's watches over the marked ones.
      ...(recipe.namespaces.length === 0 ? {} : { [sandboxVariable]: marker }),
    },
    cwd: "/",
    detached: true,
  }) as ChildProcessByStdio<Writable, Readable, null>;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`${program} could not be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      resolve(
        signal === null ? `its first process exited with code ${code}` : `its first process was ended by ${signal}`,
      );
    });
  });
  child.stdin.on("error", () => undefined);
  const ready = once(child.stdout, "data").then(() => null);
  const failure = await Promise.race([ready.catch(() => "no word from it"), ended]);
  if (failure !== null) {
    throw new RebenchError({ code: "sandbox.start-failed", message: `${failure}.` });
  }
  child.stdout.resume();

  async function end(init: number | null = null): Promise<void> {
    const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
    // The kernel ends a PID namespace with its first process, and lets nobody wait for that one before all others are gone.
    // Its parent waits for it; so that one is left alone, unless it forgot.
    if (init !== null && !hasExited()) {
      try {
        process.kill(init, "SIGKILL");
      } catch {
        // It has ended, and its parent is about to say so.
      }
      await Promise.race([ended, sleep(forgottenAfterMs, null, { ref: false })]);
    }
    child.kill("SIGKILL");
    await ended;
  }

  if (recipe.namespaces.length === 0) {
    return { ended, enter: [], namespaceInit: null, namespace: null, child, end: () => end(), close: () => undefined };
  }

  const init = findNamespaceInit(child.pid ?? 0);
  // Open files, not a pid: a pid can come to name another process, and entering that one would leave the sandbox.
  const opened = recipe.namespaces.map((name) => ({ name, descriptor: openSync(`/proc/${init}/ns/${name}`, "r") }));
  const enter = opened.map(({ name, descriptor }) => `--${longOptions[name]}=/proc/${process.pid}/fd/${descriptor}`);
  if (recipe.namespaces.includes("user")) enter.push("--preserve-credentials");
  const close = (): void => opened.forEach(({ descriptor }) => closeSync(descriptor));
  return { ended, enter, namespaceInit: init, namespace: namespaceOf(init), child, end: () => end(init), close };
}

/** The first descendant in another PID namespace than ours. */
function findNamespaceInit(from: number): number {
  const own = namespaceOf(process.pid);
  for (let pid = from; ;) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean);
    const [next] = children;
    if (next === undefined) break;
    pid = Number(next);
    if (namespaceOf(pid) !== own) return pid;
  }
  throw new RebenchError({ code: "sandbox.start-failed", message: "The sandbox's PID namespace was not found." });
}
