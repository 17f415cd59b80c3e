import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { RebenchError } from "@rebench/task-kit";
import { namespaceOf } from "../processes/members.ts";
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
  /** Closes the open namespaces. */
  close(): void;
}

const longOptions = { user: "user", mnt: "mount", pid: "pid", net: "net", ipc: "ipc", uts: "uts" } as const;

export async function startFirstProcess(recipe: TreeRecipe, logFile: number): Promise<FirstProcess> {
  const [program = "", ...rest] = recipe.start;
  const child = spawn(program, rest, {
    // The supervisor holds the pipe to stdin and never writes: its end tells the process that the supervisor is gone.
    stdio: ["pipe", "pipe", logFile],
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
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
  if (recipe.namespaces.length === 0) {
    return { ended, enter: [], namespaceInit: null, namespace: null, child, close: () => undefined };
  }

  const init = findNamespaceInit(child.pid ?? 0);
  // Open files, not a pid: a pid can come to name another process, and entering that one would leave the sandbox.
  const opened = recipe.namespaces.map((name) => ({ name, descriptor: openSync(`/proc/${init}/ns/${name}`, "r") }));
  const enter = opened.map(({ name, descriptor }) => `--${longOptions[name]}=/proc/${process.pid}/fd/${descriptor}`);
  if (recipe.namespaces.includes("user")) enter.push("--preserve-credentials");
  const close = (): void => opened.forEach(({ descriptor }) => closeSync(descriptor));
  return { ended, enter, namespaceInit: init, namespace: namespaceOf(init), child, close };
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
