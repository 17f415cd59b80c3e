import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { readHarnessOutput, type HarnessOutput } from "../../src/full/harness-output.ts";
import { packRoot } from "../bench.ts";
import { openDirectSandbox } from "../direct-sandbox.ts";

export const run = promisify(execFile);
export const harnessFolder = path.join(packRoot, "harness/full");
export const testFolder = import.meta.dirname;

/** The PATH of real sandboxes: what others may run, and no wrapper of the person's own. */
const sandboxPath = "/usr/local/bin:/usr/bin:/bin";

/** What many sessions share: the device library for processors. */
export interface Bench {
  readonly library: string;
  /** Folder with compiled Python modules, so that no process has to compile them again. */
  readonly compiled: string;
  close(): Promise<void>;
}

/** Why the harness cannot run on this machine; undefined where it can. */
export async function missingHere(): Promise<string | undefined> {
  if (process.platform !== "linux") return "the harness needs Linux";
  try {
    await run("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"], { env: { PATH: sandboxPath } });
  } catch {
    return "no python3 of version 3.10 or later here";
  }
  return undefined;
}

export async function buildBench(): Promise<Bench> {
  const directory = await mkdtemp(path.join(tmpdir(), "optimize-kernel-device-"));
  const library = path.join(directory, "device.so");
  const source = path.join(harnessFolder, "device_cpu.c");
  await run("cc", ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", source, "-o", library]);
  const compiled = path.join(directory, "compiled");
  await run("python3", ["-m", "compileall", "-q", harnessFolder, path.join(testFolder, "stub")], {
    env: { PATH: sandboxPath, PYTHONPYCACHEPREFIX: compiled },
  });
  return { library, compiled, close: () => rm(directory, { recursive: true, force: true }) };
}

export interface Session {
  /** Safeguards to leave out. */
  readonly without?: readonly string[];
  /** The floor's solution, relative to the pack. */
  readonly floor?: string;
  readonly elements?: number;
  /** Sizes that are checked before anything is timed. */
  readonly sizes?: readonly number[];
  readonly warmUps?: number;
  readonly workers?: number;
  readonly calls?: number;
  readonly callSeconds?: number;
  readonly loadSeconds?: number;
  /** Run harness and contestant as two users, as the host does. */
  readonly twoUsers?: true;
}

/** Why commands cannot be run as two users on this machine; undefined where they can. */
export async function oneUserHere(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "only root can run commands as other users";
  return run("setpriv", ["--version"]).then(
    () => undefined,
    () => "no setpriv on this machine",
  );
}

const asUser = (user: number): string[] => ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];

/** One session with a stand-in for PyTorch: `solution` is a Python file, relative to the pack. */
export async function measure(bench: Bench, solution: string, session: Session = {}): Promise<HarnessOutput> {
  const sandbox = await openDirectSandbox();
  try {
    const socket = `${sandbox.sharedMemory}/harness.sock`;
    const floor = path.join(packRoot, session.floor ?? "harness/full/floor.py");
    const environment = {
      PATH: sandboxPath,
      PYTHONPATH: path.join(testFolder, "stub"),
      PYTHONPYCACHEPREFIX: bench.compiled,
    };
    const [harness, contestant] = session.twoUsers === true ? [asUser(1001), asUser(1000)] : [[], []];
    for (const folder of [sandbox.directory, sandbox.sharedMemory]) await chmod(folder, 0o1777);
    await chmod(path.dirname(bench.library), 0o755);
    const warden = await sandbox.start({
      argv: [
        ...contestant,
        "python3",
        "-B",
        `${harnessFolder}/warden.py`,
        socket,
        harnessFolder,
        floor,
        path.join(packRoot, solution),
      ],
      user: "contestant",
      timeoutSeconds: 50,
      environment,
    });
    const { without = [] } = session;
    const result = await sandbox.run({
      argv: [
        ...[...harness, "python3", "-B", `${harnessFolder}/harness.py`, socket, bench.library],
        ...(without.length === 0 ? [] : [`--without=${without.join(",")}`]),
      ],
      user: "harness",
      timeoutSeconds: 50,
      stdin: configuration(session),
      environment,
    });
    await warden.kill();
    const output = readHarnessOutput(result.stdout);
    if (output === undefined) throw new Error(`no result: ${result.stdout} ${result.stderr}`);
    return output;
  } finally {
    await sandbox.close();
  }
}

function configuration(session: Session): string {
  return JSON.stringify({
    seed: randomBytes(16).toString("hex"),
    device: "cpu",
    elements: session.elements ?? 16_384,
    sizes: session.sizes ?? [1, 1000],
    workers: session.workers ?? 1,
    warmUps: session.warmUps ?? 1,
    calls: session.calls ?? 2,
    floorCalls: 2,
    loadSeconds: session.loadSeconds ?? 20,
    firstCallSeconds: 10,
    callSeconds: session.callSeconds ?? 5,
    // Another program may have the processor for so long.
    slackMicroseconds: 200_000,
  });
}
