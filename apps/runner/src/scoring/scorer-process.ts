import type { ScoringOutcome } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { hostVersion } from "../host/host-version.ts";
import { loadPack } from "../packs/load-pack.ts";
import { reloadTask } from "../packs/resolve-task.ts";
import type { ScorerJob, ScorerMessage } from "./protocol.ts";
import { runScorer } from "./run-scorer.ts";

/** Entry of a scorer's own process: one job in, one result out, then it ends. */
process.once("message", (job: ScorerJob) => {
  void work(job).then((outcome) => {
    send({ type: "result", outcome });
    process.disconnect();
  });
});
// Without a runner nobody waits for the result; the scoring sandboxes end with this process.
process.once("disconnect", () => setTimeout(() => process.exit(), 1000).unref());

async function work(job: ScorerJob): Promise<ScoringOutcome> {
  try {
    const pack = await loadPack(job.request.task.directory, hostVersion);
    const loaded = await reloadTask(pack, job.request.task);
    return await runScorer(loaded, job, send);
  } catch (error) {
    if (RebenchError.is(error)) {
      const blame = error.code.startsWith("sandbox.") ? "sandbox" : error.code.startsWith("pack.") ? "pack" : "host";
      return { status: "failed", blame, code: error.code, message: error.message };
    }
    return {
      status: "failed",
      blame: "pack",
      code: "pack.scorer-threw",
      message: (error as Error).stack ?? String(error),
    };
  }
}

function send(message: ScorerMessage): void {
  process.send?.(message);
}
