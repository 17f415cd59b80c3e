import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionResult, Sandbox, SandboxCommand, SandboxProvider, SandboxSpec } from "@rebench/core";
import { afterAll } from "vitest";

/** A folder with a Dockerfile, for one test file. What Debian always has is enough: a shell, and Perl for system calls. */
export function contextOf(lines: readonly string[] = [], files: Readonly<Record<string, string>> = {}): string {
  const context = mkdtempSync(join(tmpdir(), "rebench-image-"));
  writeFileSync(join(context, "Dockerfile"), `${["FROM debian:bookworm-slim", ...lines].join("\n")}\n`);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(context, name), content);
  afterAll(() => rmSync(context, { recursive: true, force: true }));
  return context;
}

export const smallResources = { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 };
let count = 0;

/** A spec with a folder of its own, which stays until the file's tests are over. */
export function specOf(context: string, change: Partial<SandboxSpec> = {}): SandboxSpec {
  const directory = mkdtempSync(join(tmpdir(), "rebench-sandbox-"));
  specFolders.push(directory);
  const id = `test-${process.pid}-${++count}`;
  return {
    id,
    labels: { run: "test", attempt: id },
    purpose: "attempt",
    resources: smallResources,
    directory,
    protectedPaths: [],
    relay: false,
    image: { context },
    ...change,
  };
}

const specFolders: string[] = [];

/** Where a test wants to keep what it captured. */
export function captureFolder(sandbox: Sandbox): string {
  return join(sandbox.reference.directory, `captured-${++count}`);
}

/** Removes the folders of {@link specOf}. */
export function removeFolders(): void {
  for (const folder of specFolders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Starts a sandbox for one test and removes it afterwards, whatever happened. */
export async function using<T>(
  provider: SandboxProvider,
  spec: SandboxSpec,
  use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const sandbox = await provider.create(spec);
  try {
    return await use(sandbox);
  } finally {
    await sandbox.destroy();
  }
}

export interface Finished extends ExecutionResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of bash to its end. */
export async function run(sandbox: Sandbox, script: string, change: Partial<SandboxCommand> = {}): Promise<Finished> {
  const execution = await sandbox.exec({ argv: ["bash", "-c", script], user: "agent", ...change });
  const result = await execution.wait();
  const read = async (stream: "stdout" | "stderr"): Promise<string> =>
    Buffer.from(await execution.readOutput(stream, 0, 1 << 20)).toString();
  return { ...result, stdout: await read("stdout"), stderr: await read("stderr") };
}
