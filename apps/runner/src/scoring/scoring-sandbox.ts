import type { Execution, Sandbox, SandboxProvider, SandboxSpec } from "@rebench/core";
import { RebenchError, type CommandResult, type ScoringCommand, type ScoringSandbox } from "@rebench/task-kit";

const defaultOutputBytes = 65_536;

/** A sandbox of any provider, as packs see it: two users, one scratch folder, bounded output. */
export async function openScoringSandbox(provider: SandboxProvider, spec: SandboxSpec): Promise<ScoringSandbox> {
  const sandbox = await provider.create(spec);
  const { harness: directory, sharedMemory } = sandbox.layout;
  // Sticky: the contestant may add files to the scratch folder, but not touch those of the harness.
  await runToEnd(sandbox, { argv: ["chmod", "1777", directory], user: "harness", timeoutSeconds: 10 });
  const inside = (relative: string): string => (relative.startsWith("/") ? relative : `${directory}/${relative}`);
  return {
    directory,
    sharedMemory,
    separateUsers: sandbox.guarantees.users,
    write: (files) =>
      sandbox.write(
        files.map(({ path, content, mode }) => ({
          path: inside(path),
          content,
          mode: mode ?? 0o644,
          owner: "harness",
        })),
      ),
    copyIn: (hostPath, target) => sandbox.copyIn(hostPath, inside(target), "harness"),
    read: (path, options) => sandbox.read(inside(path), options),
    run: (command) => runToEnd(sandbox, command),
    async start(command) {
      const execution = await begin(sandbox, command);
      const result = finish(sandbox, execution, command);
      // A pack may await it much later; until then a lost sandbox must not end the whole process.
      result.catch(() => undefined);
      return { result, kill: () => execution.kill() };
    },
    close: () => sandbox.destroy(),
  };
}

async function runToEnd(sandbox: Sandbox, command: ScoringCommand): Promise<CommandResult> {
  return finish(sandbox, await begin(sandbox, command), command);
}

function begin(sandbox: Sandbox, command: ScoringCommand): Promise<Execution> {
  return sandbox.exec({
    argv: command.argv,
    user: command.user === "harness" ? "harness" : "agent",
    cwd: sandbox.layout.harness,
    timeoutMs: command.timeoutSeconds * 1000,
    ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
    ...(command.environment === undefined ? {} : { environment: command.environment }),
  });
}

async function finish(sandbox: Sandbox, execution: Execution, command: ScoringCommand): Promise<CommandResult> {
  const result = await Promise.race([execution.wait(), lost(sandbox)]);
  const limit = command.maxOutputBytes ?? defaultOutputBytes;
  const [stdout, stderr] = await Promise.all([
    readAll(execution, "stdout", limit),
    readAll(execution, "stderr", limit),
  ]);
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    outOfMemory: result.outOfMemory,
    stdout,
    stderr,
    truncated: result.stdoutBytes > limit || result.stderrBytes > limit,
  };
}

async function lost(sandbox: Sandbox): Promise<never> {
  const end = await sandbox.ended;
  throw new RebenchError({
    code: "sandbox.died",
    message: `the scoring sandbox ended: ${end.kind === "died" ? end.reason : end.kind}`,
  });
}

async function readAll(execution: Execution, stream: "stdout" | "stderr", limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < limit;) {
    const chunk = await execution.readOutput(stream, offset, limit - offset);
    if (chunk.length === 0) break;
    chunks.push(chunk);
    offset += chunk.length;
  }
  return Buffer.concat(chunks).toString("utf8");
}
