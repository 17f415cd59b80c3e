import type { Duplex } from "node:stream";
import type { CapturedSubmission, SubmissionContract } from "@rebench/task-kit";

/** What separates a sandbox from its host, best first within a provider. Printed, recorded, part of every result. */
export type IsolationLevel = "docker" | "bwrap" | "unshare" | "uid" | "none";

/** What a level really holds on this machine. */
export interface IsolationGuarantees {
  /** Files outside the sandbox (packs, journals, other attempts) cannot be read. */
  readonly files: boolean;
  /** Every process of the sandbox can be found and ended, also what called `setsid`. */
  readonly processes: boolean;
  readonly network: boolean;
  /** The agent runs as another user than its supervisor. */
  readonly users: boolean;
}

/** Whether a level can be used here, and if not, why and what to do about it. */
export interface LevelProbe {
  readonly level: IsolationLevel;
  readonly available: boolean;
  readonly guarantees: IsolationGuarantees;
  readonly reason?: string;
  readonly fix?: string;
}

export interface SandboxResources {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly diskMb: number;
  readonly pids: number;
  /** Size of the memory-backed folder; by default half of `memoryMb`. */
  readonly sharedMemoryMb?: number | undefined;
  readonly gpus?: number | undefined;
}

/** What a container's image is made from; its content decides whether it has been built before. */
export interface SandboxImage {
  /** Host folder with a `Dockerfile`: the build context. */
  readonly context: string;
}

/** What was found rather than pinned: kept beside a result to explain a difference later. */
export interface SandboxObservation {
  readonly engine: string;
  readonly image: string;
  /** Digests of the image's layers, which, unlike image ids, can be made again. */
  readonly layers: readonly string[];
  /** `name@sha256:…` of base images that came from a registry. */
  readonly bases: readonly string[];
}

export interface SandboxSpec {
  /** Unique; letters, digits, `.`, `-`. */
  readonly id: string;
  readonly labels: { readonly run: string; readonly attempt: string };
  /** `scoring` sandboxes end with the process that opened them; `attempt` sandboxes outlive the runner. */
  readonly purpose: "attempt" | "scoring";
  readonly resources: SandboxResources;
  /** Host folder, private to us, for the supervisor's files and command output. Exists and is empty. */
  readonly directory: string;
  /** Host folders that the sandbox must not be able to read: packs, the home, the checkout. */
  readonly protectedPaths: readonly string[];
  /** Whether `socket` is served; connections arrive at {@link Sandbox.onConnection}. */
  readonly relay: boolean;
  /** For providers that run images; by default a plain one. */
  readonly image?: SandboxImage | undefined;
  /** Host names that an HTTP proxy inside lets through; by default there is no network at all. */
  readonly egress?: readonly string[] | undefined;
}

/** Enough to find a sandbox again from another process; JSON. */
export interface SandboxReference {
  readonly provider: "local" | "docker";
  readonly id: string;
  readonly directory: string;
}

/** Absolute paths as commands inside see them. */
export interface SandboxLayout {
  /** The agent's home and working directory. */
  readonly home: string;
  /** `$REBENCH_SOLUTION`: the folder that the submission is captured from. */
  readonly solution: string;
  /** Read-only folder with instructions and background; `$REBENCH_INSTRUCTIONS` is a file in it. */
  readonly task: string;
  /** Read-only folder on the PATH with `score`, `score-log`, `budget`, `submit`, `note`. */
  readonly tools: string;
  /** Unix socket of the relay, `$REBENCH_SOCKET`. */
  readonly socket: string;
  /** Memory-backed folder that agent and harness can write. */
  readonly sharedMemory: string;
  /** Scratch folder of the harness; the agent can enter it but reads only what its mode allows. */
  readonly harness: string;
}

export type SandboxUser = "agent" | "harness";

export interface FileToWrite {
  /** Absolute path inside, below `home`, `task` or `harness`. */
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode: number;
  readonly owner: SandboxUser;
}

export interface SandboxCommand {
  /** Program and arguments; no shell is put in between. */
  readonly argv: readonly string[];
  readonly user: SandboxUser;
  /** Absolute path inside; default `home` for the agent, `harness` for the harness. */
  readonly cwd?: string;
  /** Added to the sandbox's own small environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Milliseconds of time not frozen; then the command and everything it started in its session is killed. */
  readonly timeoutMs?: number;
}

/** How a command ended. `exitCode` is null when a signal ended it. */
export interface ExecutionResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly outOfMemory: boolean;
  /** Bytes written to each stream, whether or not anyone read them. */
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

export type OutputStream = "stdout" | "stderr";

/** A command in the sandbox. It runs detached, its output in files: whoever attaches next reads on by offset. */
export interface Execution {
  readonly id: string;
  /** Resolves when the command has ended, also when it ended before this was called. Rejects when the sandbox is gone. */
  wait(options?: { readonly signal?: AbortSignal }): Promise<ExecutionResult>;
  /** At most `maxBytes` from `offset`; an empty chunk means that there is no more for now. */
  readOutput(stream: OutputStream, offset: number, maxBytes: number): Promise<Uint8Array>;
  /** Ends the command and everything it started. */
  kill(): Promise<void>;
}

export type CaptureResult =
  | { readonly status: "captured"; readonly submission: CapturedSubmission }
  /** The agent's fault, in words that it can act on. */
  | { readonly status: "invalid"; readonly reason: string };

/** Why a sandbox is no more. */
export type SandboxEnd =
  | { readonly kind: "destroyed" }
  /** Held by the supervisor, with or without a runner. Every process of the agent is dead; the workspace is kept. */
  | { readonly kind: "deadline"; readonly limit: "working" | "wall"; readonly at: number }
  | { readonly kind: "disk"; readonly usedMb: number }
  /** Nobody's doing but ours, unless it says whose. */
  | { readonly kind: "died"; readonly reason: string; readonly blame?: "agent" | undefined };

/** Epoch milliseconds; null for none. `workingEndsAt` does not count while frozen: thawing sets a new one. */
export interface SandboxDeadlines {
  readonly workingEndsAt: number | null;
  readonly wallEndsAt: number | null;
}

/** A started sandbox. */
export interface Sandbox {
  readonly reference: SandboxReference;
  readonly isolation: IsolationLevel;
  readonly guarantees: IsolationGuarantees;
  readonly layout: SandboxLayout;
  readonly observed?: SandboxObservation;
  write(files: readonly FileToWrite[]): Promise<void>;
  /** Copies regular files and folders of the host, following no link. */
  copyIn(hostPath: string, insidePath: string, owner: SandboxUser): Promise<void>;
  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array>;
  /** Copies what the contract names out to `destination` (a host folder that does not exist yet). Works frozen and after a deadline. */
  capture(contract: SubmissionContract, destination: string): Promise<CaptureResult>;
  exec(command: SandboxCommand): Promise<Execution>;
  /** A command that an earlier process started. */
  execution(id: string): Execution;
  /** Stops every process of the agent until {@link thaw}; returns when all are stopped. Idempotent. */
  freeze(): Promise<void>;
  thaw(deadlines: SandboxDeadlines): Promise<void>;
  setDeadlines(deadlines: SandboxDeadlines): Promise<void>;
  /** Ends every process of the agent, also what left its session; the workspace stays. */
  endProcesses(): Promise<void>;
  /** CPU seconds used by the sandbox's processes so far, dead ones included where the platform tells. */
  cpuSeconds(): Promise<number>;
  /** One call per connection to the relay's socket, a raw byte stream. At most one listener. */
  onConnection(listener: (connection: Duplex) => void): void;
  /** Resolves once, when the sandbox has ended for whatever reason. */
  readonly ended: Promise<SandboxEnd>;
  /** Lets go without ending anything: another process may attach. */
  detach(): Promise<void>;
  /** Ends everything and removes every trace but `directory`. Idempotent. */
  destroy(): Promise<void>;
}

export interface CreateSandboxOptions {
  readonly signal?: AbortSignal;
  /** Told what takes long, such as the building of an image. */
  readonly onProgress?: (message: string) => void;
}

/** What a clean-up found without a living owner and removed. */
export interface CleanReport {
  readonly containers: number;
  readonly networks: number;
  readonly processes: number;
  readonly folders: number;
}

/** Makes sandboxes. Constructing one does no I/O. */
export interface SandboxProvider {
  readonly kind: "local" | "docker";
  /** Every level of this provider, best first. */
  probe(options: { readonly protectedPaths: readonly string[] }): Promise<readonly LevelProbe[]>;
  create(spec: SandboxSpec, options?: CreateSandboxOptions): Promise<Sandbox>;
  /** Takes over a sandbox whose runner is gone. Errors with code `sandbox.gone`. */
  attach(reference: SandboxReference): Promise<Sandbox>;
  /** Ends and removes what belongs to no living process of ours. */
  clean(options: { readonly dryRun: boolean }): Promise<CleanReport>;
}
