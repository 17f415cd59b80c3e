import type { Execution, ExecutionResult, OutputStream } from "@rebench/core";
import { goneError } from "@rebench/supervisor";

/** Commands of a sandbox and how they ended, in this process's memory. */
export interface Executions {
  open(id: string): Execution;
  exited(id: string, result: ExecutionResult): void;
}

export interface ExecutionsOptions {
  readonly readOutput: (id: string, stream: OutputStream, offset: number, maxBytes: number) => Promise<Uint8Array>;
  readonly kill: (id: string) => Promise<void>;
  /** Resolves when nothing will be heard from the sandbox any more. */
  readonly over: Promise<unknown>;
  /** The result of a command that ended with its sandbox, or before anybody was there to hear of it; null where it is unknown. */
  readonly resultAfterEnd: (id: string) => Promise<ExecutionResult | null>;
}

export function createExecutions(options: ExecutionsOptions): Executions {
  const results = new Map<string, ExecutionResult>();
  const listeners = new Map<string, Set<(result: ExecutionResult) => void>>();

  function exited(id: string, result: ExecutionResult): void {
    if (results.has(id)) return;
    results.set(id, result);
    for (const listener of listeners.get(id) ?? []) listener(result);
    listeners.delete(id);
  }

  void options.over.then(async () => {
    for (const id of listeners.keys()) {
      const result = await options.resultAfterEnd(id).catch(() => null);
      if (result !== null) exited(id, result);
    }
  });

  async function wait(id: string, signal: AbortSignal | undefined): Promise<ExecutionResult> {
    signal?.throwIfAborted();
    const known = results.get(id);
    if (known !== undefined) return known;
    const { promise, resolve, reject } = Promise.withResolvers<ExecutionResult>();
    const waiting = listeners.get(id) ?? new Set();
    waiting.add(resolve);
    listeners.set(id, waiting);
    const aborted = (): void => reject(signal?.reason as Error);
    signal?.addEventListener("abort", aborted);
    void options.over
      .then(() => options.resultAfterEnd(id))
      .then((result) => (result === null ? reject(goneError()) : exited(id, result)), reject);
    try {
      return await promise;
    } finally {
      waiting.delete(resolve);
      signal?.removeEventListener("abort", aborted);
    }
  }

  return {
    exited,
    open: (id) => ({
      id,
      wait: ({ signal } = {}) => wait(id, signal),
      readOutput: (stream, offset, maxBytes) => options.readOutput(id, stream, offset, maxBytes),
      kill: async () => {
        if (!results.has(id)) await options.kill(id);
      },
    }),
  };
}
