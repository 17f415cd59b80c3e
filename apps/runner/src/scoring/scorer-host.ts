import { fork, type ChildProcess } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { IsolationLevel, ScorerHost, ScoringOptions, ScoringOutcome } from "@rebench/core";
import { scorerMessageSchema, type ScorerJob } from "./protocol.ts";

export interface ScorerHostOptions {
  /** Level of the scoring sandboxes; null for the best one here. */
  readonly isolation: IsolationLevel | null;
  readonly protectedPaths: readonly string[];
  /** File of the machine-wide timing lease. */
  readonly leaseFile: string;
  /** `<home>/assets`, where the tier's assets have been put. */
  readonly assetsFolder: string;
  /** Heap limit of a scorer process, megabytes. */
  readonly memoryMb: number;
}

const entry = fileURLToPath(
  new URL(`./scorer-process${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);
const longestOutput = 8192;

/** Runs every scoring in a process of its own: a scorer that hangs, leaks or crashes takes nothing with it. */
export function scorerHost(options: ScorerHostOptions): ScorerHost {
  return {
    score(request, scoring) {
      // An abort that came before would never be heard of again.
      if (scoring.signal.aborted)
        return Promise.resolve(failed("host", "host.scoring-aborted", "the scoring was aborted before it began"));
      const { isolation, protectedPaths, leaseFile, assetsFolder } = options;
      const child = fork(entry, [], {
        execArgv: [`--max-old-space-size=${options.memoryMb}`],
        env: scorerEnvironment(),
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      });
      child.send({ request, isolation, protectedPaths, leaseFile, assetsFolder } satisfies ScorerJob);
      return outcomeOf(child, scoring);
    },
  };
}

/** Temporary files, and where the container engine is. */
const passedOn = new Set([
  "TMPDIR",
  "XDG_RUNTIME_DIR",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
  "CONTAINER_HOST",
  "REBENCH_SCOPE",
]);

/** Nothing of the user's environment but what Node, temporary files and the container engine need. */
function scorerEnvironment(): NodeJS.ProcessEnv {
  const { PATH = "/usr/bin:/bin", HOME = "/" } = process.env;
  const passed = Object.entries(process.env).filter(([name]) => passedOn.has(name));
  const cache = getCompileCacheDir();
  return {
    PATH,
    HOME,
    ...Object.fromEntries(passed),
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(cache) }),
  };
}

async function outcomeOf(
  child: ChildProcess,
  { signal, onProgress, onQueue, onTimed }: ScoringOptions,
): Promise<ScoringOutcome> {
  const { promise, resolve } = Promise.withResolvers<ScoringOutcome>();
  const said = tail(child);
  const kill = (): void => void child.kill("SIGKILL");
  child.on("message", (raw) => {
    const message = scorerMessageSchema.safeParse(raw);
    if (!message.success)
      return resolve(
        failed("pack", "pack.bad-result", `the scorer returned no score: ${message.error.issues[0]?.message ?? ""}`),
      );
    switch (message.data.type) {
      case "progress":
        return onProgress(message.data.message, message.data.fraction);
      case "queue":
        return onQueue(message.data.waiting);
      case "timed":
        return onTimed?.();
      case "result":
        return resolve(tidy(message.data.outcome));
    }
  });
  child.once("error", (error) => resolve(failed("host", "host.scorer-not-started", error.message)));
  child.once("exit", (code, name) => {
    resolve(
      failed(
        "pack",
        "pack.scorer-died",
        `the scorer's process ended (${name ?? `exit ${code}`}) without a result${said()}`,
      ),
    );
  });
  signal.addEventListener("abort", kill, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", kill);
    await ended(child);
  }
}

/** A scorer process ends by itself once its sandboxes are closed; one that lingers is killed. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await new Promise((resolve) => child.once("exit", resolve));
  clearTimeout(timer);
}

/** Keeps the last of what the process printed, to explain a death. */
function tail(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (text = (text + chunk).slice(-longestOutput)));
  }
  return () => (text.trim() === "" ? "" : `: ${text.trim()}`);
}

type Outcome = Extract<ReturnType<typeof scorerMessageSchema.parse>, { type: "result" }>["outcome"];

/** Leaves out what is undefined, as the core's types want it. */
function tidy(outcome: Outcome): ScoringOutcome {
  return Object.fromEntries(
    Object.entries(outcome).filter(([, value]) => value !== undefined),
  ) as unknown as ScoringOutcome;
}

const failed = (blame: "pack" | "host", code: string, message: string): ScoringOutcome => ({
  status: "failed",
  blame,
  code,
  message,
});
