import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { checkout, type Finished } from "./cli.ts";

/** Somebody's terminal: a folder to work in, a data folder, and `rebench` and the checkout's tools on the PATH. */
export class Shell implements AsyncDisposable {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  #directory: string;

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#directory = path.join(folder, "work");
    this.#environment = environment;
  }

  /** With `tools: "none"` nothing of the checkout is on the PATH; what npm installs globally is. */
  static async open(
    environment: Readonly<Record<string, string>> = {},
    { tools }: { readonly tools: "checkout" | "none" } = { tools: "checkout" },
  ): Promise<Shell> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-shell-"));
    const binaries = path.join(folder, "bin");
    await mkdir(binaries);
    await mkdir(path.join(folder, "work"));
    if (tools === "checkout") await writeLauncher(path.join(binaries, "rebench"));
    const folders = [binaries, path.dirname(process.execPath)];
    if (tools === "checkout") folders.push(path.join(checkout, "node_modules/.bin"));
    return new Shell(folder, {
      REBENCH_HOME: path.join(folder, "home"),
      REBENCH_SANDBOX: "local",
      NO_COLOR: "1",
      npm_config_prefix: folder,
      PATH: [...folders, process.env["PATH"] ?? ""].join(path.delimiter),
      ...environment,
    });
  }

  /** What `npm install` would bring, from the checkout. */
  async linkTaskKit(): Promise<void> {
    await this.done(
      `mkdir -p node_modules/@rebench && ln -s '${path.join(checkout, "packages/task-kit")}' node_modules/@rebench/task-kit`,
    );
  }

  /** Runs a script with bash, each line after the one before has succeeded; the folder that it ends in is where the next one begins. */
  async run(script: string): Promise<Finished> {
    const where = path.join(this.folder, "where");
    const child = spawn("bash", ["-euo", "pipefail", "-c", `${script}\npwd > '${where}'`], {
      cwd: this.#directory,
      env: { ...process.env, ...this.#environment, PWD: this.#directory },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const [code] = (await once(child, "close")) as [number | null];
    if (code === 0) this.#directory = (await readFile(where, "utf8")).trim();
    return { code, stdout, stderr };
  }

  /** Runs a script that must succeed, and returns its standard output. */
  async done(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(script);
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** The same for a command that prints one JSON object. */
  async json<T>(command: string): Promise<T> {
    return JSON.parse(await this.done(`${command} --json`)) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeLauncher(file: string): Promise<void> {
  const program = path.join(checkout, "apps/runner/bin/rebench.mjs");
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  await chmod(file, 0o755);
}
