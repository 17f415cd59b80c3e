import { mkdir } from "node:fs/promises";
import path from "node:path";
import { withLease } from "@rebench/core/home";
import { scoringImage, type LoadedTask, type ScoringOutcome } from "@rebench/core";
import { createOnnxScoring } from "@rebench/onnx-scoring";
import { RebenchError, type ScoringContext, type ScoringSandbox } from "@rebench/task-kit";
import { assetFile } from "../packs/assets/asset-file.ts";
import { sandboxProvider } from "../host/providers.ts";
import type { ScorerJob, ScorerMessage } from "./protocol.ts";
import { scoreWithPython } from "./python-scorer.ts";
import { openScoringSandbox } from "./scoring-sandbox.ts";
import { timeLimit, type TimeLimit } from "./time-limit.ts";

/** Calls the pack's scorer with a context that it cannot outlive: what it opened is closed, and time is limited. */
export async function runScorer(
  loaded: LoadedTask,
  job: ScorerJob,
  send: (message: ScorerMessage) => void,
): Promise<ScoringOutcome> {
  const { scorer } = loaded.tier;
  const opened: ScoringSandbox[] = [];
  const over = new AbortController();
  const limit = timeLimit(scorer.timeoutSeconds * 1000, () => over.abort(timeout(scorer.timeoutSeconds)));
  const context = scoringContext({ loaded, job, send, opened, signal: over.signal, limit });
  try {
    const work =
      scorer.kind === "typescript" ? scorer.score(context) : scoreWithPython(scorer, context, loaded.tier.assets);
    return await Promise.race([work, rejectOn(over.signal)]);
  } finally {
    limit.stop();
    over.abort();
    await Promise.all(opened.map((sandbox) => sandbox.close().catch(() => undefined)));
  }
}

interface ContextOptions {
  readonly loaded: LoadedTask;
  readonly job: ScorerJob;
  readonly send: (message: ScorerMessage) => void;
  readonly opened: ScoringSandbox[];
  readonly signal: AbortSignal;
  readonly limit: TimeLimit;
}

function scoringContext({ loaded, job, send, opened, signal, limit }: ContextOptions): ScoringContext {
  const { request } = job;
  return {
    tier: loaded.tier.name,
    purpose: request.purpose,
    seed: request.seed,
    submission: request.submission,
    cpus: loaded.tier.resources.cpus,
    signal,
    packPath: loaded.packPath,
    assetPath: (name) => assetFile(loaded.tier, name, job.assetsFolder),
    async openSandbox(options = {}) {
      const name = `${options.name ?? "scoring"}-${opened.length}`;
      const directory = path.join(request.directory, name);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const { cpus, memoryMb, diskMb, pids, sharedMemoryMb, gpus } = loaded.tier.resources;
      const sandbox = await openScoringSandbox(await sandboxProvider(job.isolation), {
        id: `${request.labels.attempt}-${request.seed.slice(0, 8)}-${name}`,
        labels: request.labels,
        purpose: "scoring",
        resources: {
          cpus,
          diskMb,
          memoryMb: options.memoryMb ?? memoryMb,
          pids: options.pids ?? pids,
          sharedMemoryMb,
          gpus: gpus?.count,
        },
        image: scoringImage(loaded),
        directory,
        protectedPaths: job.protectedPaths,
        relay: false,
      });
      opened.push(sandbox);
      return sandbox;
    },
    withTimingLease: async (work) => {
      send({ type: "timed" });
      let waited = false;
      const onWait = (): void => {
        waited = true;
        limit.stop();
        send({ type: "queue", waiting: true });
      };
      return withLease({ file: job.leaseFile, signal, onWait }, async () => {
        if (waited) {
          limit.resume();
          send({ type: "queue", waiting: false });
        }
        return work();
      });
    },
    onnx: createOnnxScoring({ signal }),
    progress: (message, fraction) =>
      send({ type: "progress", message, ...(fraction === undefined ? {} : { fraction }) }),
  };
}

const timeout = (seconds: number): RebenchError =>
  new RebenchError({ code: "pack.scorer-timeout", message: `the scorer did not finish within ${seconds} s` });

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
}
