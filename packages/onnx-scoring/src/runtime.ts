import type * as onnxruntime from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { refuse } from "./refusal.ts";

type Runtime = typeof onnxruntime;

let loaded: Promise<Runtime> | undefined;

/** The native runtime, loaded once it is needed, and only ever in a process of ours. */
export async function loadRuntime(): Promise<Runtime> {
  loaded ??= import("onnxruntime-node");
  return loaded;
}

export interface SessionOptions {
  readonly threads: number;
  /** Rewriting by the runtime. Off where each node has to run as it is written. */
  readonly optimised: boolean;
}

export async function openSession(
  model: Uint8Array,
  { threads, optimised }: SessionOptions,
): Promise<InferenceSession> {
  const { InferenceSession: Session } = await loadRuntime();
  try {
    return await Session.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: optimised ? "all" : "disabled",
      logSeverityLevel: 4,
      // Threads that wait spinning take the core from those that work, where two share one.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    return blame(error, "graph-not-loaded", "the graph cannot be loaded");
  }
}

/** Runs a graph that is not ours; what it runs into is its own fault. Outputs may be given tensors to be written into. */
export async function runSession(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[] | Readonly<Record<string, Tensor | null>>,
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await session.run(feeds, outputs);
  } catch (error) {
    return blame(error, "graph-not-run", "the graph cannot be run");
  }
}

/** Where in the runtime's sources an error arose: a file, a line and a signature. */
const nativePlace = /\S*onnxruntime_src\S+:\d+ .*?\)(?: const)? (?=\w)/g;
const nativeMemory = /bad_alloc|failed to allocate memory|out of memory|cannot allocate memory/i;

function blame(error: unknown, code: string, what: string): never {
  const message = error instanceof Error ? error.message : String(error);
  if (nativeMemory.test(message)) refuse("out-of-memory", `${what} in the memory that is allowed`);
  return refuse(code, `${what}: ${message.replaceAll(nativePlace, "")}`);
}
