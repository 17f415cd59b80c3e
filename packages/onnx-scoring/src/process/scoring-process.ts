import { spawn, type ChildProcess } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { dirname, extname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { RebenchError } from "@rebench/task-kit";
import { printable } from "../printable.ts";
import { limitProcess, nodeFlags } from "./limits.ts";
import { lifelineDescriptor, replyDescriptor } from "./descriptors.ts";
import { replySchema, type Reply, type Request, type Verdict } from "./protocol.ts";
import { encodeRequest } from "./request-reader.ts";

export interface ProcessOptions {
  /** Megabytes for files and what is made of them, above what the process takes when it is idle. */
  readonly memoryMb: number;
  /** Whether it has to load the native runtime before it is ready. */
  readonly runtime: boolean;
  /** For tests: another program in the place of ours, or no limit of the kernel on memory. */
  readonly program?: string;
  readonly kernelLimit?: "off";
}

export interface Question {
  readonly request: Request;
  readonly parts: readonly Int32Array[];
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal | undefined;
  readonly progress: ((fraction: number) => void) | undefined;
}

/** How an answer came about, or did not. */
export type Answer =
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "timed-out" }
  | { readonly kind: "out-of-memory" }
  | { readonly kind: "crashed"; readonly how: string };

const longestReply = 2 ** 18;
const longestWords = 4096;
const startSeconds = 60;

/** A process in which untrusted files are opened. It answers one question after another, and may die of any. */
export class ScoringProcess {
  readonly #child: ChildProcess;
  readonly #replies: AsyncGenerator<Reply>;
  readonly #lastWords: () => string;
  readonly #ended: Promise<string>;
  #nonsense = false;

  private constructor(options: ProcessOptions) {
    const main = options.program ?? fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
    const arguments_ = [...nodeFlags(options.memoryMb), main, String(options.memoryMb), String(options.runtime)];
    const stdio = ["pipe", "ignore", "pipe"];
    stdio[replyDescriptor] = "pipe";
    stdio[lifelineDescriptor] = "pipe";
    this.#child = spawn(process.execPath, arguments_, { cwd: "/", env: environment(), stdio: stdio as ["pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (code, signal) => resolve(signal ?? `exit ${code}`));
    });
    for (const stream of this.#child.stdio) stream?.on("error", () => undefined);
    this.#replies = repliesOf(this.#child.stdio[replyDescriptor] as Readable);
    this.#lastWords = tail(this.#child.stderr as Readable);
  }

  static async start(options: ProcessOptions): Promise<ScoringProcess> {
    const started = new ScoringProcess(options);
    const timer = setTimeout(() => started.kill(), startSeconds * 1000);
    const first = await started.#next();
    clearTimeout(timer);
    if (first?.type === "ready") {
      if (options.kernelLimit !== "off") await limitProcess(started.pid, options.memoryMb);
      return started;
    }
    started.kill();
    throw fault(`the process did not start (${await started.#ended})${started.#lastWords()}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends the process, and resolves once it is gone. */
  async close(): Promise<void> {
    this.kill();
    await this.#ended;
  }

  async ask({ request, parts, timeoutSeconds, signal, progress }: Question): Promise<Answer> {
    signal?.throwIfAborted();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
    }, timeoutSeconds * 1000);
    const abort = (): void => this.kill();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const stdin = this.#child.stdin as Writable;
      for (const chunk of encodeRequest(request, parts)) stdin.write(chunk);
      for (;;) {
        const reply = await this.#next();
        signal?.throwIfAborted();
        if (reply === null) return late ? { kind: "timed-out" } : await this.#death();
        switch (reply.type) {
          case "progress":
            progress?.(reply.fraction);
            break;
          case "memory":
            return { kind: "out-of-memory" };
          case "fault":
            throw fault(reply.message);
          case "verdict":
            return { kind: "verdict", verdict: reply.verdict };
          case "ready":
            return { kind: "crashed", how: "it said what makes no sense" };
        }
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** The next reply, or null where the process ended or says what cannot be understood, and then is made to end. */
  async #next(): Promise<Reply | null> {
    try {
      const { value, done } = await this.#replies.next();
      return done === true ? null : value;
    } catch {
      this.#nonsense = true;
      this.kill();
      return null;
    }
  }

  async #death(): Promise<Answer> {
    if (this.#nonsense) return { kind: "crashed", how: "it said what makes no sense" };
    const how = await this.#ended;
    const words = this.#lastWords();
    if (/heap out of memory|allocation failed|bad_alloc/i.test(words)) return { kind: "out-of-memory" };
    // Neither we nor the process itself sent it: the machine ran out of memory, or somebody ended it.
    if (how === "SIGKILL") throw fault("the process was killed from outside");
    return { kind: "crashed", how };
  }
}

/** Nothing of the host's but where Node keeps compiled code, which halves the start. */
function environment(): NodeJS.ProcessEnv {
  const cache = getCompileCacheDir();
  return cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) };
}

const fault = (message: string): RebenchError =>
  new RebenchError({
    code: "host.onnx-scoring",
    message: `The process that opens ONNX files failed: ${message}`,
  });

async function* repliesOf(stream: Readable): AsyncGenerator<Reply> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    text += String(chunk);
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      yield replySchema.parse(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
    }
    if (text.length > longestReply) throw new Error("a reply is too long");
  }
}

/** Keeps the last of what a process printed, to explain a death. */
function tail(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => (text = (text + chunk).slice(-longestWords)));
  return () => (text.trim() === "" ? "" : `: ${printable(text, 1000)}`);
}
