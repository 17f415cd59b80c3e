/**
 * Who a command runs as. `harness` is the pack's own code; `contestant` runs what was submitted. Where the isolation level has
 * two users (see {@link ScoringSandbox.separateUsers}) the contestant can neither read the harness's files nor signal it.
 */
export type ScoringUser = "harness" | "contestant";

export interface ScoringSandboxOptions {
  /** Names the sandbox in the journal and in messages, e.g. `timing`. */
  readonly name?: string;
  /** Megabytes of 2^20 bytes; the tier's where omitted. */
  readonly memoryMb?: number;
  /** Processes and threads together; the tier's where omitted. */
  readonly pids?: number;
}

/** A file to place in a sandbox. */
export interface SandboxFile {
  /** Relative to {@link ScoringSandbox.directory}. */
  readonly path: string;
  readonly content: Uint8Array | string;
  /** Octal permission bits; `0o600` hides it from the contestant, the default `0o644` does not. */
  readonly mode?: number;
}

export interface ScoringCommand {
  /** Program and arguments; nothing is passed through a shell. */
  readonly argv: readonly string[];
  readonly user: ScoringUser;
  /** Seconds; then the command and all that it started are killed. */
  readonly timeoutSeconds: number;
  /** Bytes kept of each output stream; the rest is dropped and counted. Default 65,536. */
  readonly maxOutputBytes?: number;
  /** Written to standard input, which is then closed; empty where omitted. */
  readonly stdin?: string;
  /** Added to a minimal environment of the sandbox's own; nothing of the host's is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a command ended. `exitCode` is null when it was killed. */
export interface CommandResult {
  readonly exitCode: number | null;
  /** Killed at its `timeoutSeconds`. */
  readonly timedOut: boolean;
  /** Killed because the sandbox's memory was used up. */
  readonly outOfMemory: boolean;
  /** UTF-8; bytes that are none become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  /** True where output beyond `maxOutputBytes` was dropped. */
  readonly truncated: boolean;
}

/** A command that is still running. */
export interface RunningCommand {
  /** Resolves when it has ended. Never rejects for a command that failed. */
  readonly result: Promise<CommandResult>;
  /** Kills the command and what it started. */
  kill(): Promise<void>;
}

/** A fresh sandbox without network that exists for one scoring. */
export interface ScoringSandbox {
  /** Absolute path, as commands inside see it, of the scratch folder where commands start. */
  readonly directory: string;
  /** Absolute path, as commands inside see it, of a memory-backed folder that both users can write. */
  readonly sharedMemory: string;
  /** Whether `harness` and `contestant` are different users here. */
  readonly separateUsers: boolean;
  /** Makes folders as needed and replaces what is there. */
  write(files: readonly SandboxFile[]): Promise<void>;
  /** Copies a host file or folder to `target`, relative to {@link directory}. Links are not followed. */
  copyIn(hostPath: string, target: string): Promise<void>;
  /** Reads a file that a command made. Errors with code `sandbox.file-too-large` past `maxBytes`. */
  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array>;
  /** Runs a command to its end. A command that fails is a result; it rejects only where the sandbox itself does not work. */
  run(command: ScoringCommand): Promise<CommandResult>;
  /** Starts a command and returns while it runs. */
  start(command: ScoringCommand): Promise<RunningCommand>;
  /** Kills what still runs and removes the sandbox. May be called again. */
  close(): Promise<void>;
}
