import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildProgram, type BuiltProgram } from "./build-program.ts";
import { createMessagePeer, type MessagePeer } from "./message-peer.ts";

export const userIds = { agent: 1000, harness: 1001 } as const;
export type InsideUser = keyof typeof userIds;

export interface InsideOptions {
  readonly purpose?: "attempt" | "scoring";
  readonly diskMb?: number;
  readonly abandonedMs?: number;
}

/** `init` in a PID namespace of its own, which is all of a container that it needs. */
export interface Inside {
  readonly init: ChildProcess;
  readonly folder: string;
  /** Pid of `init` as this side sees it. */
  readonly pid: number;
  /** Comes as the runner, and waits for the greeting. */
  runner(): Promise<MessagePeer & { readonly hello: Readonly<Record<string, unknown>> }>;
  /** Runs a mode as a user inside. */
  enter(user: InsideUser, words: readonly string[]): { readonly status: number | null; readonly stderr: string };
  /** Why it ended, once it has. */
  end(): Promise<unknown>;
}

export interface InsideHouse {
  readonly built: BuiltProgram;
  start(options?: InsideOptions): Promise<Inside>;
  /** Ends what was started, and empties the folders. */
  tidy(): void;
  remove(): void;
}

export function makeInsideHouse(): InsideHouse {
  const folder = mkdtempSync(join(tmpdir(), "rebench-inside-"));
  chmodSync(folder, 0o755);
  const places = {
    STATE_FOLDER: [join(folder, "state")],
    RUN_FOLDER: [join(folder, "run")],
    WATCHED_FOLDERS: [join(folder, "home"), join(folder, "state/commands")],
  };
  const built = buildIfPossible(folder, places);
  const started: ChildProcess[] = [];

  function tidy(): void {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    for (const name of ["state", "run", "home"]) rmSync(join(folder, name), { recursive: true, force: true });
  }

  async function start(options: InsideOptions = {}): Promise<Inside> {
    if (built.kind === "missing") throw new Error(built.reason);
    const { purpose = "attempt", diskMb = 64, abandonedMs = 60_000 } = options;
    mkdirSync(join(folder, "state"), { mode: 0o700, recursive: true });
    mkdirSync(join(folder, "run"), { recursive: true });
    for (const [user, id] of Object.entries(userIds)) {
      mkdirSync(join(folder, "home", user), { recursive: true });
      chownSync(join(folder, "home", user), id, id);
    }
    const words = [
      "--purpose",
      purpose,
      "--disk-mb",
      String(diskMb),
      "--abandoned-ms",
      String(abandonedMs),
      "--for",
      folder,
    ];
    const namespace = ["--pid", "--mount", "--mount-proc", "--fork", "--kill-child"];
    const init = spawn("unshare", [...namespace, built.path, "init", ...words], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    started.push(init);
    const exited = once(init, "exit");
    while (!existsSync(join(folder, "run/init.sock"))) await sleep(5);
    const [pid = 0] = childrenOf(init.pid ?? 0);
    if (pid <= 1) throw new Error("init is gone.");
    return {
      init,
      folder,
      pid,
      runner: async () => {
        const socket = await connected(join(folder, "run/init.sock"));
        const peer = createMessagePeer(socket, socket);
        peer.send({ role: "runner" });
        return { ...peer, hello: await peer.event("hello") };
      },
      enter: (user, inside) => {
        const id = String(userIds[user]);
        const prefix = ["--target", String(pid), "--pid", "--mount", "--setuid", id, "--setgid", id, "--"];
        const { status, stderr } = spawnSync("nsenter", [...prefix, built.path, ...inside], { encoding: "utf8" });
        return { status, stderr };
      },
      end: async () => {
        await exited;
        return JSON.parse(readFileSync(join(folder, "state/end.json"), "utf8")) as unknown;
      },
    };
  }

  return { built, start, tidy, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Whatever gets a signal must be one of these: 0 would be everyone around. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);
}

/** The socket is there a moment before anybody listens. */
async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const refused = await once(socket, "connect").then(
      () => false,
      () => true,
    );
    if (!refused) return socket;
    await sleep(5);
  }
}

function buildIfPossible(folder: string, places: Readonly<Record<string, readonly string[]>>): BuiltProgram {
  if (process.getuid?.() !== 0) return { kind: "missing", reason: "needs root for a PID namespace" };
  const probe = spawnSync("unshare", ["--pid", "--mount", "--mount-proc", "--fork", "true"]);
  if (probe.status !== 0) return { kind: "missing", reason: "no PID namespaces here" };
  return buildProgram({ folder, places, sanitized: true });
}
