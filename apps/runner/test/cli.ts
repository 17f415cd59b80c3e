import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { AttemptResult } from "@rebench/core";

export const checkout = path.resolve(fileURLToPath(import.meta.url), "../../../..");
export const toyTask = "./examples/estimate-pi";

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when standard output or error has held `text`. */
  said(text: string): Promise<void>;
}

let count = 0;

/** A data folder of one test, and the command line on it, as a process of its own. */
export class Bench implements AsyncDisposable {
  readonly home: string;

  readonly #environment: Readonly<Record<string, string>>;

  private constructor(home: string, environment: Readonly<Record<string, string>>) {
    this.home = home;
    this.#environment = environment;
  }

  /** In the local sandbox, also where an engine answers, unless the environment says otherwise. */
  static async open(environment: Readonly<Record<string, string>> = { REBENCH_SANDBOX: "local" }): Promise<Bench> {
    // What one test leaves on purpose must not be there for the clean-up of another.
    const scope = `test-${process.pid}-${(count += 1)}`;
    return new Bench(await mkdtemp(path.join(os.tmpdir(), "rebench-test-")), { REBENCH_SCOPE: scope, ...environment });
  }

  start(
    arguments_: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    workingDirectory = checkout,
  ): Running {
    const child = spawn(process.execPath, [path.join(checkout, "apps/runner/bin/rebench.mjs"), ...arguments_], {
      cwd: workingDirectory,
      env: { ...process.env, REBENCH_HOME: this.home, NO_COLOR: "1", ...this.#environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const finished = new Promise<Finished>((resolve) =>
      child.once("close", (code) => resolve({ code, stdout, stderr })),
    );
    const said = async (text: string): Promise<void> => {
      while (!stdout.includes(text) && !stderr.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without saying ${text}:\n${stdout}\n${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    return { child, finished, said };
  }

  run(...arguments_: readonly string[]): Promise<Finished> {
    return this.start(arguments_).finished;
  }

  /** The same in another working folder than the checkout. */
  in(workingDirectory: string, ...arguments_: readonly string[]): Promise<Finished> {
    return this.start(arguments_, {}, workingDirectory).finished;
  }

  /** Removes every stored run but one. */
  async forgetOtherRuns(runId: string): Promise<void> {
    const runs = path.join(this.home, "runs");
    for (const other of await readdir(runs))
      if (other !== runId) await rm(path.join(runs, other), { recursive: true, force: true });
  }

  /** Runs with `--json` and reads the one object. */
  async json<T = RunObject>(
    ...arguments_: readonly string[]
  ): Promise<{ code: number | null; value: T; stderr: string }> {
    const { code, stdout, stderr } = await this.run(...arguments_, "--json");
    try {
      return { code, value: JSON.parse(stdout) as T, stderr };
    } catch {
      throw new Error(`no JSON on standard output (exit ${code}):\n${stdout}\n${stderr}`);
    }
  }

  /** One attempt of the toy task by a shell line. */
  async attempt(
    line: string,
    ...more: readonly string[]
  ): Promise<{ code: number | null; attempt: AttemptResult; runId: string; stderr: string }> {
    const { code, value, stderr } = await this.json("run", toyTask, "--agent", "command", "--command", line, ...more);
    const [attempt] = value.attempts;
    if (attempt === undefined) throw new Error(`no attempt was made:\n${stderr}`);
    return { code, attempt, runId: value.runId, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
    const scope = this.#environment["REBENCH_SCOPE"] ?? "";
    await rm(`/var/tmp/rebench-${process.getuid?.() ?? 0}-${scope}`, { recursive: true, force: true });
  }
}

export interface RunObject {
  readonly runId: string;
  readonly outcome: string;
  readonly attempts: readonly AttemptResult[];
}

export interface ErrorObject {
  readonly error: { readonly code: string; readonly message: string; readonly fix: string | null };
}
