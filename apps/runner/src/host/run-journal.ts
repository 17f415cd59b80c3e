import { mkdir } from "node:fs/promises";
import type { JournalHead, RunPlan } from "@rebench/core";
import { writeRunFile, type HomeLayout, type RunFile } from "@rebench/core/home";
import { identifyProcess } from "@rebench/supervisor";
import { hostVersion } from "./host-version.ts";

/** Keeps `run.json` as a run goes on. */
export interface RunJournal {
  /** After an attempt's end its journal's head is kept, so that a later change to the journal shows. */
  journalClosed(attemptId: string, head: JournalHead): Promise<void>;
  finished(outcome: RunFile["outcome"]): Promise<RunFile>;
}

export async function openRunJournal(home: HomeLayout, plan: RunPlan): Promise<RunJournal> {
  const layout = home.run(plan.runId);
  await mkdir(layout.directory, { recursive: true, mode: 0o700 });
  let run: RunFile = {
    schema: 1,
    runId: plan.runId,
    startedAt: new Date().toISOString(),
    host: hostVersion,
    runner: thisProcess(),
    outcome: "running",
    attempts: plan.attempts.map(({ attemptId, task, agent }) => ({
      attemptId,
      task: task.name,
      agent: agent.name,
      head: null,
    })),
  };
  // One write after the other: parallel attempts end when they like.
  let saved: Promise<void> = Promise.resolve();
  const save = (change: Partial<RunFile>): Promise<void> => {
    run = { ...run, ...change };
    saved = saved.catch(() => undefined).then(() => writeRunFile(layout.file, run));
    return saved;
  };
  await save({});
  return {
    async journalClosed(attemptId, head) {
      const attempts = run.attempts.map((attempt) =>
        attempt.attemptId === attemptId ? { ...attempt, head } : attempt,
      );
      // If this cannot be written now, the run's last write says it again, and says so if it cannot be written either.
      await save({ attempts }).catch(() => undefined);
    },
    async finished(outcome) {
      await save({ outcome });
      return run;
    },
  };
}

/** Who carries out a run, so that others can tell whether it still lives. */
export function thisProcess(): RunFile["runner"] {
  return identifyProcess(process.pid) ?? { pid: process.pid, startTime: "unknown" };
}
