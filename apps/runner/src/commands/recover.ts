import { readdir } from "node:fs/promises";
import path from "node:path";
import { failedOutcome, resumeAttempt, type AttemptState, type CleanReport, type Recovery } from "@rebench/core";
import {
  attemptIndex,
  attemptStore,
  foldJournal,
  readRunFile,
  withLease,
  type HomeLayout,
  type RunFile,
} from "@rebench/core/home";
import { isAlive } from "@rebench/supervisor";
import { createAgent, openReference } from "../agents.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { describeError } from "../cli/print-error.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { compose } from "../compose.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { cleanEverything } from "../host/clean-everything.ts";
import { hostVersion } from "../host/host-version.ts";
import { listenForInterruption, type Interruption } from "../host/interruption.ts";
import { takeOverRunJournal, type RunJournal } from "../host/run-journal.ts";
import { systemClock } from "../host/system-clock.ts";
import { loadPinnedTask } from "../packs/load-tasks.ts";
import { describeEvent, describeOutcome } from "../reporting/describe-event.ts";
import { openRunIndex } from "../run-index/run-index.ts";

interface Recovered {
  readonly attemptId: string;
  readonly action: Recovery;
  readonly outcome: AttemptState["outcome"];
  /** It could not be taken over, and is as it was. */
  readonly leftAlone: boolean;
}

/** `rebench recover`: takes over all that dead runners left, at the same time, then removes what nobody owns. */
export async function recoverCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHomeToWrite(options.home);
  const interruption = listenForInterruption((count) => context.say(count === 1 ? "stopping" : "aborting"));
  try {
    const runIds = await readdir(home.runs);
    const attempts = (await Promise.all(runIds.map((runId) => recoverRun(home, runId, context, interruption)))).flat();
    report(attempts, await cleanEverything({ dryRun: false }), context);
    if (interruption.stop.aborted) return exitCodes.interrupted;
    return attempts.every(({ outcome }) => isWhole(outcome)) ? exitCodes.done : exitCodes.attemptsFailed;
  } finally {
    interruption.dispose();
  }
}

/** One process recovers a run; another that tries meanwhile waits, and then finds nothing to do. */
async function recoverRun(
  home: HomeLayout,
  runId: string,
  context: CommandContext,
  signals: Interruption,
): Promise<Recovered[]> {
  const layout = home.run(runId);
  const isLeft = async (): Promise<RunFile | null> => {
    const run = await readRunFile(layout.file).catch(() => null);
    return run === null || run.outcome !== "running" || isAlive(run.runner) ? null : run;
  };
  if ((await isLeft()) === null) return [];
  return withLease({ file: path.join(layout.directory, "run.lease") }, async () => {
    const run = await isLeft();
    if (run === null) return [];
    const runJournal = await takeOverRunJournal(home, run);
    const unfinished = run.attempts.filter(({ head }) => head === null);
    const recovered = await Promise.all(
      unfinished.map(({ attemptId }) => recoverAttempt({ home, runId, attemptId, runJournal, context, signals })),
    );
    const index = openRunIndex(home);
    index.put(await runJournal.finished(outcomeOf(recovered, signals)));
    index.close();
    return recovered;
  });
}

/** A run with an attempt that could not be taken over stays unfinished: once what was wrong is mended, it can be. */
function outcomeOf(recovered: readonly Recovered[], signals: Interruption): RunFile["outcome"] {
  if (recovered.some(({ leftAlone }) => leftAlone)) return "running";
  if (signals.stop.aborted) return "interrupted";
  return recovered.every(({ outcome }) => isWhole(outcome)) ? "completed" : "partial";
}

const isWhole = (outcome: Recovered["outcome"]): boolean => outcome?.kind === "completed" || outcome?.kind === "limit";

interface AttemptToRecover {
  readonly home: HomeLayout;
  readonly runId: string;
  readonly attemptId: string;
  readonly runJournal: RunJournal;
  readonly context: CommandContext;
  readonly signals: Interruption;
}

/** Whatever is wrong with one attempt, say a pack that has changed since, keeps no other from being recovered. */
async function recoverAttempt(attempt: AttemptToRecover): Promise<Recovered> {
  const { attemptId, context } = attempt;
  try {
    return { attemptId, leftAlone: false, ...(await takeOver(attempt)) };
  } catch (error) {
    context.say(`${attemptId}  ${describeError(error)}`);
    return { attemptId, leftAlone: true, action: "unknown", outcome: failedOutcome(error) };
  }
}

async function takeOver({
  home,
  runId,
  attemptId,
  runJournal,
  context,
  signals,
}: AttemptToRecover): Promise<Omit<Recovered, "attemptId" | "leftAlone">> {
  const layout = home.run(runId).attempt(attemptIndex(attemptId));
  const { state, head } = await foldJournal(layout.journal, null).catch(() => ({ state: null, head: null }));
  // It had not begun: nothing was lost, and nothing is started in its place.
  if (state === null || head === null) return { action: "unknown", outcome: { kind: "unknown" } };
  if (state.outcome !== null) {
    await runJournal.journalClosed(attemptId, head);
    return { action: "reconciled", outcome: state.outcome };
  }
  const loaded = await loadPinnedTask(state.spec.task, home.packs);
  const { folder, removedBytes } = await attemptStore(home).reopen(state.spec);
  if (removedBytes > 0) {
    const stamp = { at: systemClock.epochMs(), elapsedMs: state.ledger.upTo };
    await folder.journal.append({ type: "journal.repaired", removedBytes }, stamp);
  }
  const isolation = state.sandbox?.isolation ?? (state.spec.sandbox === "docker" ? "docker" : null);
  const { sandboxes, scorer, protectedPaths } = await compose({
    home,
    packDirectories: [loaded.reference.directory],
    isolation,
  });
  const agent = createAgent(state.spec.agent, loaded);
  await using reference = await openReference(agent, loaded);
  const referenceFolder = reference?.folder;
  const result = await resumeAttempt({
    state,
    loaded,
    ports: { clock: systemClock, sandboxes, scorer, agent, folder, protectedPaths, referenceFolder, hostVersion },
    signals,
    publish(event) {
      const text = describeEvent(event);
      if (text !== null) context.say(`${attemptId}  ${(event.elapsedMs / 1000).toFixed(1).padStart(7)} s  ${text}`);
    },
  });
  await folder.journal.close();
  await runJournal.journalClosed(attemptId, folder.journal.head());
  return { action: result.action, outcome: result.state.outcome };
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
