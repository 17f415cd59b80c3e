import { readdir } from "node:fs/promises";
import path from "node:path";
import { resumeAttempt, type AttemptState, type CleanReport, type Recovery } from "@rebench/core";
import {
  attemptStore,
  foldJournal,
  readRunFile,
  withLease,
  writeRunFile,
  type HomeLayout,
  type RunFile,
} from "@rebench/core/home";
import { isAlive } from "@rebench/supervisor";
import { createAgent } from "../agents.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { compose } from "../compose.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { hostVersion } from "../host/host-version.ts";
import { listenForInterruption, type Interruption } from "../host/interruption.ts";
import { thisProcess } from "../host/run-journal.ts";
import { systemClock } from "../host/system-clock.ts";
import { loadPinnedTask } from "../packs/load-tasks.ts";
import { describeEvent, describeOutcome } from "../reporting/describe-event.ts";
import { openRunIndex } from "../run-index/run-index.ts";

interface Recovered {
  readonly attemptId: string;
  readonly action: Recovery;
  readonly outcome: AttemptState["outcome"];
}

/** `rebench recover`: takes over what dead runners left, attempt by attempt, then removes what nobody owns. */
export async function recoverCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHomeToWrite(options.home);
  const interruption = listenForInterruption((count) => context.say(count === 1 ? "stopping" : "aborting"));
  const attempts: Recovered[] = [];
  try {
    for (const runId of await readdir(home.runs)) {
      const run = await readRunFile(home.run(runId).file).catch(() => null);
      if (run === null || run.outcome !== "running" || isAlive(run.runner) || interruption.stop.aborted) continue;
      attempts.push(...(await recoverRun(home, run, context, interruption)));
    }
  } finally {
    interruption.dispose();
  }
  const removed = await compose({ home, packDirectories: [], isolation: null }).sandboxes.clean({ dryRun: false });
  report(attempts, removed, context);
  const lost = attempts.some(({ outcome }) => outcome?.kind === "failed" || outcome?.kind === "unknown");
  return lost ? exitCodes.attemptsFailed : exitCodes.done;
}

/** One process recovers a run; another that tries meanwhile waits, and then finds nothing to do. */
async function recoverRun(
  home: HomeLayout,
  found: RunFile,
  context: CommandContext,
  interruption: Interruption,
): Promise<Recovered[]> {
  const layout = home.run(found.runId);
  return withLease({ file: path.join(layout.directory, "run.lease") }, async () => {
    let run = await readRunFile(layout.file);
    if (run.outcome !== "running" || isAlive(run.runner)) return [];
    const save = async (next: RunFile): Promise<void> => {
      run = next;
      await writeRunFile(layout.file, run);
    };
    await save({ ...run, runner: thisProcess() });
    const recovered: Recovered[] = [];
    for (const [index, { attemptId, head }] of run.attempts.entries()) {
      if (head !== null) continue;
      const result = await recoverAttempt(home, run.runId, index, context, interruption);
      recovered.push({ attemptId, action: result.action, outcome: result.outcome });
      if (result.head === null) continue;
      const attempts = run.attempts.map((attempt, position) =>
        position === index ? { ...attempt, head: result.head } : attempt,
      );
      await save({ ...run, attempts });
    }
    const whole = recovered.every(({ outcome }) => outcome?.kind === "completed" || outcome?.kind === "limit");
    await save({ ...run, outcome: interruption.stop.aborted ? "interrupted" : whole ? "completed" : "partial" });
    const runIndex = openRunIndex(home);
    runIndex.put(run);
    runIndex.close();
    return recovered;
  });
}

async function recoverAttempt(
  home: HomeLayout,
  runId: string,
  index: number,
  context: CommandContext,
  signals: Interruption,
) {
  const layout = home.run(runId).attempt(index);
  const { state, head } = await foldJournal(layout.journal, null).catch(() => ({ state: null, head: null }));
  // It had not begun: nothing was lost, and nothing is started in its place.
  if (state === null) return { action: "unknown" as const, outcome: { kind: "unknown" as const }, head: null };
  if (state.outcome !== null) return { action: "reconciled" as const, outcome: state.outcome, head };
  const loaded = await loadPinnedTask(state.spec.task);
  const { folder, removedBytes } = await attemptStore(home).reopen(state.spec);
  if (removedBytes > 0) {
    await folder.journal.append(
      { type: "journal.repaired", removedBytes },
      { at: systemClock.epochMs(), elapsedMs: state.ledger.upTo },
    );
  }
  const isolation = state.sandbox?.isolation ?? null;
  const { sandboxes, scorer, protectedPaths } = compose({
    home,
    packDirectories: [loaded.reference.directory],
    isolation,
  });
  const agent = createAgent(state.spec.agent);
  const result = await resumeAttempt({
    state,
    loaded,
    ports: { clock: systemClock, sandboxes, scorer, agent, folder, protectedPaths, hostVersion },
    signals,
    publish(event) {
      const text = describeEvent(event);
      if (text !== null)
        context.say(`${runId}.${index}  ${(event.elapsedMs / 1000).toFixed(1).padStart(7)} s  ${text}`);
    },
  });
  await folder.journal.close();
  return { action: result.action, outcome: result.state.outcome, head: folder.journal.head() };
}

function report(attempts: readonly Recovered[], removed: CleanReport, context: CommandContext): void {
  if (context.json !== "none") return context.print({ attempts, removed });
  if (attempts.length === 0) context.say("nothing to recover: no run was left unfinished");
  for (const { attemptId, action, outcome } of attempts)
    context.say(`${attemptId}  ${action}: ${outcome === null ? "unfinished" : describeOutcome(outcome)}`);
  const counts = Object.entries(removed)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  if (counts.length > 0) context.say(`removed ${counts.join(", ")}`);
}
