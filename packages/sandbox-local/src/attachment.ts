import type { ExecutionResult, SandboxEnd } from "@rebench/core";
import { connectToSupervisor, goneError, readStatus, type RequestBody, type RequestResult } from "@rebench/supervisor";

/** A runner's hold on a supervisor. */
export interface Attachment {
  readonly directory: string;
  request(body: RequestBody): Promise<RequestResult>;
  readonly exits: Set<(execution: string, result: ExecutionResult) => void>;
  /** Resolves when the sandbox has ended. Not when we let go. */
  readonly ended: Promise<SandboxEnd>;
  /** Resolves when no command will report any more: the sandbox has ended, or we let go. */
  readonly over: Promise<void>;
  detach(): Promise<void>;
}

export async function attachToSupervisor(directory: string, controlSocket: string): Promise<Attachment> {
  const exits: Attachment["exits"] = new Set();
  let detached = false;
  let resolveEnded: (end: SandboxEnd) => void = () => undefined;
  const ended = new Promise<SandboxEnd>((resolve) => (resolveEnded = resolve));
  const client = await connectToSupervisor(controlSocket, (event) => {
    if (event.event === "ended") resolveEnded(event.end);
    else for (const listener of exits) listener(event.execution, event.result);
  });
  void client.closed.then(async () => {
    if (!detached) resolveEnded(await describeEnd(directory));
  });
  // The supervisor says so too, but only after we have returned.
  const status = await readStatus(directory);
  if (status?.state.kind === "ended") resolveEnded(status.state.end);
  return {
    directory,
    exits,
    ended,
    over: Promise.race([ended.then(() => undefined), client.closed]),
    request: (body) => client.request(body),
    detach: async () => {
      detached = true;
      client.close();
      await client.closed;
    },
  };
}

/** For a sandbox whose supervisor is gone: what its files say. */
export async function attachToRemains(directory: string): Promise<Attachment> {
  const end = await describeEnd(directory);
  return {
    directory,
    exits: new Set(),
    ended: Promise.resolve(end),
    over: Promise.resolve(),
    request: () => Promise.reject(goneError()),
    detach: () => Promise.resolve(),
  };
}

async function describeEnd(directory: string): Promise<SandboxEnd> {
  const status = await readStatus(directory);
  if (status?.state.kind === "ended") return status.state.end;
  return { kind: "died", reason: "its supervisor was killed" };
}
