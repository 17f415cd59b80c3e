import { RebenchError, type CapturedSubmission } from "@rebench/task-kit";
import type { ScoreEntry, ValidScoreEntry } from "../events/score-entry.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import type { ScoringOutcome } from "../ports/scorer-host.ts";
import { AttemptFailure } from "./attempt-failure.ts";
import type { AttemptPorts } from "./attempt-ports.ts";
import { workingMsLeft } from "./budget-view.ts";
import { withBoundedDetails } from "./bounded-details.ts";
import { deadlinesFor } from "./deadlines.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Recorder } from "./recorder.ts";
import { deriveSeed } from "./seed.ts";
import { verdict } from "./verdict.ts";

/** Captures and scores, one at a time, everything of the agent frozen or dead meanwhile. */
export interface ScoringDesk {
  /** The first entry of the score log: the starting solution, 0 by definition. Fails the attempt if it cannot be scored. */
  scoreStart(): Promise<void>;
  /** For the agent: frozen before, thawed after, on disk before this resolves. Null when no calls are left. */
  scoreForAgent(): Promise<ScoreEntry | null>;
  /** After the agent's end: one last score, unless the submission is the one scored last. */
  scoreFinal(): Promise<void>;
  /** Scores the selected submission once more on a fresh seed. */
  confirm(selected: ValidScoreEntry): Promise<void>;
  /** A submission captured in this attempt, by its digest. */
  captured(digest: string | null): CapturedSubmission | null;
}

export interface ScoringDeskOptions {
  readonly loaded: LoadedTask;
  readonly ports: AttemptPorts;
  readonly recorder: Recorder;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
}

type Source = ScoreEntry["source"];
type Capture = CapturedSubmission | { readonly reason: string };

export function openScoringDesk(options: ScoringDeskOptions): ScoringDesk {
  const { loaded, ports, recorder, sandbox, signal } = options;
  const inTurn = oneAtATime();
  const { spec } = recorder.state();
  let agentMayAsk = true;

  const capturedBefore = (digest: string | null): CapturedSubmission | null => {
    const capture = recorder.state().captures[digest ?? ""];
    return capture === undefined ? null : { ...capture, directory: ports.folder.newPath(capture.folder) };
  };

  const capture = async (): Promise<Capture> => {
    // Counted in the journal, so that whoever takes an attempt over uses no name a second time.
    const folder = `capture-${recorder.state().scoringsBegun}`;
    const destination = ports.folder.newPath(folder);
    const result = await sandbox.capture(loaded.task.submission, destination);
    if (result.status === "invalid") return { reason: result.reason };
    const { digest, files } = result.submission;
    const known = capturedBefore(digest);
    if (known !== null) {
      await ports.folder.remove(destination);
      return known;
    }
    await recorder.record({ type: "submission.captured", digest, folder, files: [...files] });
    return result.submission;
  };

  const runScorer = async (submission: CapturedSubmission, source: Source, seed: string): Promise<ScoringOutcome> => {
    const directory = await ports.folder.makeFolder("scoring");
    try {
      return await ports.scorer.score(
        {
          task: spec.task,
          purpose: source === "final" ? "attempt" : source,
          seed,
          submission,
          directory,
          labels: { run: spec.runId, attempt: spec.attemptId },
        },
        {
          signal,
          onProgress: (message, fraction) =>
            void recorder
              .record({ type: "scoring.progressed", message, ...(fraction === undefined ? {} : { fraction }) })
              .catch(() => undefined),
          onQueue: (waiting) =>
            void recorder.record({ type: waiting ? "scoring.queued" : "scoring.resumed" }).catch(() => undefined),
        },
      );
    } finally {
      await ports.folder.remove(directory);
    }
  };

  const begin = async (source: Source): Promise<string> => {
    const seed = deriveSeed(spec.seed, `scoring ${recorder.state().scoringsBegun}`);
    await recorder.record({ type: "scoring.started", purpose: source, seed });
    return seed;
  };

  const judge = async (source: Source, seed: string, submission: Capture): Promise<ScoreEntry> => {
    const state = recorder.state();
    const common = {
      seq: state.scores.length,
      source,
      workingMs: state.budget.workingMs - workingMsLeft(state, recorder.elapsedMs()),
      at: ports.clock.epochMs(),
      seed,
    };
    if ("reason" in submission) return { ...common, submission: null, status: "invalid", reason: submission.reason };
    let outcome = await runScorer(submission, source, seed);
    // A failure is ours, not the agent's: it gets one more try before it is recorded as one.
    if (outcome.status === "failed" && !signal.aborted) outcome = await runScorer(submission, source, seed);
    return { ...common, submission: submission.digest, ...verdict(outcome, loaded, source) };
  };

  const log = async (judged: ScoreEntry): Promise<ScoreEntry> => {
    const entry = await withBoundedDetails(judged, ports.folder);
    await recorder.record({ type: "score.recorded", entry });
    await recorder.record({ type: "scoring.ended" });
    return entry;
  };

  return {
    scoreStart: () =>
      inTurn(async () => {
        const seed = await begin("start");
        const entry = await log(await judge("start", seed, await capture()));
        if (entry.status === "valid") return;
        const [blame, code] =
          entry.status === "failed" ? [entry.blame, entry.code] : ["pack" as const, "pack.start-invalid"];
        throw new AttemptFailure(blame, code, `the starting solution could not be scored: ${entry.reason}`);
      }),
    scoreForAgent: () =>
      inTurn(async () => {
        if (!agentMayAsk || signal.aborted || recorder.state().scoreCallsUsed >= spec.budget.scoreCalls) return null;
        await sandbox.freeze();
        try {
          const seed = await begin("attempt");
          return await log(await judge("attempt", seed, await capture()));
        } catch (error) {
          await recorder.record({ type: "scoring.ended" });
          throw error;
        } finally {
          // Whatever went wrong, the agent goes on; unless its sandbox has ended meanwhile.
          await sandbox.thaw(deadlinesFor(recorder, ports.clock)).catch(unlessGone);
        }
      }),
    scoreFinal: () => {
      agentMayAsk = false;
      return inTurn(async () => {
        const seed = await begin("final");
        const submission = await capture();
        const last = recorder.state().scores.at(-1);
        const known = !("reason" in submission) && last?.submission === submission.digest && last.status !== "failed";
        if (known) await recorder.record({ type: "scoring.ended" });
        else await log(await judge("final", seed, submission));
      });
    },
    confirm: (selected) =>
      inTurn(async () => {
        const submission = capturedBefore(selected.submission);
        if (submission === null) return;
        const seed = await begin("confirm");
        const entry = await withBoundedDetails(
          { ...(await judge("confirm", seed, submission)), seq: selected.seq },
          ports.folder,
        );
        await recorder.record({ type: "score.confirmed", entry });
        await recorder.record({ type: "scoring.ended" });
      }),
    captured: capturedBefore,
  };
}

function unlessGone(error: unknown): void {
  if (!RebenchError.is(error) || error.code !== "sandbox.gone") throw error;
}
