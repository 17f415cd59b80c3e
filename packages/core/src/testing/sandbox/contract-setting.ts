import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, type TestContext } from "vitest";
import type {
  Execution,
  ExecutionResult,
  IsolationGuarantees,
  IsolationLevel,
  Sandbox,
  SandboxCommand,
  SandboxProvider,
  SandboxResources,
  SandboxSpec,
} from "../../ports/sandbox.ts";

export interface SandboxContractOptions {
  readonly name: string;
  readonly provider: SandboxProvider;
  /** URL of a module that exports the same as `provider`, for the processes that play a runner which is killed. */
  readonly providerModule: string;
  readonly level: IsolationLevel;
  /** What the level must guarantee on this machine. */
  readonly expect: IsolationGuarantees;
}

const resources: SandboxResources = { cpus: 1, memoryMb: 512, diskMb: 256, pids: 64 };
let count = 0;

/** A specification with folders of its own; `remove` takes them away. */
export function makeSpec(change: Partial<SandboxSpec> = {}): { readonly spec: SandboxSpec; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "rebench-contract-"));
  const id = `contract-${process.pid}-${++count}`;
  const spec: SandboxSpec = {
    id,
    labels: { run: "contract", attempt: id },
    purpose: "attempt",
    resources,
    directory,
    protectedPaths: [],
    relay: false,
    ...change,
  };
  return { spec, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Starts a sandbox for one test and removes it afterwards, whatever happened. */
export async function withSandbox(
  options: SandboxContractOptions,
  change: Partial<SandboxSpec>,
  use: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const { spec, remove } = makeSpec(change);
  const sandbox = await options.provider.create(spec);
  try {
    await use(sandbox);
  } finally {
    await sandbox.destroy();
    remove();
  }
}

/** One sandbox for the tests of a section that leave each other alone. */
export function sharedSandbox(options: SandboxContractOptions, change: Partial<SandboxSpec> = {}): () => Sandbox {
  let sandbox: Sandbox | null = null;
  let removeFolders = (): void => undefined;
  beforeAll(async () => {
    const { spec, remove } = makeSpec(change);
    removeFolders = remove;
    sandbox = await options.provider.create(spec);
  });
  afterAll(async () => {
    await sandbox?.destroy();
    removeFolders();
  });
  return () => {
    if (sandbox === null) throw new Error("The sandbox did not start.");
    return sandbox;
  };
}

export interface Finished extends ExecutionResult {
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(sandbox: Sandbox, script: string, change: Partial<SandboxCommand> = {}): Promise<Finished> {
  return finish(await start(sandbox, script, change));
}

export async function start(
  sandbox: Sandbox,
  script: string,
  change: Partial<SandboxCommand> = {},
): Promise<Execution> {
  return sandbox.exec({ argv: ["sh", "-c", script], user: "agent", ...change });
}

export async function finish(execution: Execution): Promise<Finished> {
  const result = await execution.wait();
  const read = async (stream: "stdout" | "stderr"): Promise<string> =>
    Buffer.from(await execution.readOutput(stream, 0, 1 << 20)).toString();
  return { ...result, stdout: await read("stdout"), stderr: await read("stderr") };
}

export function skipUnless(context: TestContext, holds: boolean, reason: string): void {
  if (!holds) context.skip(reason);
}
