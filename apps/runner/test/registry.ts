import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { checkout, type Finished } from "./cli.ts";

export interface RegistryOptions {
  /** Reading needs the token too, as in a company's own registry. */
  readonly private?: boolean;
  /** A registry that answers for what was not published here; without one nothing outside this machine is asked. */
  readonly upstream?: string;
}

const user = { name: "ada", password: "difference-engine" };
const startSeconds = 30;

/** A real npm registry (verdaccio) on the loopback interface with a storage of its own, for one test or one file of tests. */
export class Registry implements AsyncDisposable {
  /** Ends in a slash, as npm writes it. */
  readonly url: string;
  /** Configuration, storage, npm's cache; gone with the registry. */
  readonly folder: string;
  /** Publishes, and reads where the registry is private. */
  readonly token: string;
  readonly #server: ChildProcess;

  private constructor(url: string, folder: string, token: string, server: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.token = token;
    this.#server = server;
  }

  static async open(options: RegistryOptions = {}): Promise<Registry> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-registry-"));
    const url = `http://127.0.0.1:${await freePort()}/`;
    await writeFile(path.join(folder, "config.json"), JSON.stringify(configuration(folder, options)));
    const server = spawn(
      process.execPath,
      [
        path.join(checkout, "node_modules/verdaccio/bin/verdaccio"),
        "--config",
        path.join(folder, "config.json"),
        "--listen",
        url,
      ],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    try {
      await answers(server, url);
      const token = await register(url);
      await writeFile(path.join(folder, "npmrc"), npmrc(url, token));
      return new Registry(url, folder, token, server);
    } catch (error) {
      await stop(server);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** npm's configuration of a user who may publish here: point `npm_config_userconfig` at it, or copy it to a project's `.npmrc`. */
  get npmrc(): string {
    return path.join(this.folder, "npmrc");
  }

  /** What npm, pnpm and rebench need in their environment to use this registry alone. */
  get environment(): Record<string, string> {
    return {
      npm_config_registry: this.url,
      npm_config_userconfig: this.npmrc,
      npm_config_cache: path.join(this.folder, "npm-cache"),
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    };
  }

  /** Runs real npm in a folder. */
  async npm(folder: string, ...arguments_: readonly string[]): Promise<Finished> {
    const child = spawn("npm", [...arguments_, "--ignore-scripts"], {
      cwd: folder,
      env: { ...process.env, ...this.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, stdout, stderr };
  }

  /** `npm publish` of a folder, or of a copy of it whose manifest was changed. Throws with npm's words when it is refused. */
  async publish(
    folder: string,
    change?: (manifest: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<void> {
    const published = change === undefined ? folder : await this.copyOf(folder, change);
    const { code, stderr } = await this.npm(published, "publish", "--access", "public");
    if (code !== 0) throw new Error(`npm publish of ${folder} ended with ${code}:\n${stderr}`);
  }

  /** A copy of a package's folder, below the registry's own, with its manifest changed: no `private`, other versions, … */
  async copyOf(
    folder: string,
    change: (manifest: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<string> {
    await mkdir(path.join(this.folder, "copies"), { recursive: true });
    const copy = await mkdtemp(path.join(this.folder, "copies", "pack-"));
    const filter = (source: string): boolean => path.basename(source) !== "node_modules";
    await cp(folder, copy, { recursive: true, filter });
    const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    await writeFile(path.join(copy, "package.json"), `${JSON.stringify(change(manifest), null, 2)}\n`);
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#server);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** YAML holds JSON. */
function configuration(folder: string, options: RegistryOptions): unknown {
  const read = options.private === true ? "$authenticated" : "$all";
  const rules = { access: read, publish: "$authenticated", unpublish: "$authenticated" };
  return {
    storage: path.join(folder, "storage"),
    auth: { htpasswd: { file: path.join(folder, "htpasswd"), max_users: 10 } },
    uplinks: options.upstream === undefined ? {} : { upstream: { url: options.upstream } },
    packages: { "**": options.upstream === undefined ? rules : { ...rules, proxy: "upstream" } },
    max_body_size: "100mb",
    web: { enable: false },
    log: { type: "stdout", format: "json", level: "warn" },
  };
}

const npmrc = (url: string, token: string): string =>
  `registry=${url}\n${url.replace(/^https?:/, "")}:_authToken=${token}\n`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answers(server: ChildProcess, url: string): Promise<void> {
  let said = "";
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => (said = (said + chunk).slice(-4000)));
  const signal = AbortSignal.timeout(startSeconds * 1000);
  while (!signal.aborted) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error(`verdaccio ended:\n${said}`);
    const response = await fetch(`${url}-/ping`, { signal }).catch(() => null);
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`verdaccio did not answer within ${startSeconds} s:\n${said}`);
}

async function register(url: string): Promise<string> {
  const response = await fetch(`${url}-/user/org.couchdb.user:${user.name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(user),
  });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`verdaccio gave no token (${response.status})`);
  return token;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGKILL");
  await once(server, "exit");
}
