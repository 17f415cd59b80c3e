import { mkdir, readFile, writeFile } from "node:fs/promises";
import {
  digestText,
  encodeLock,
  makeLock,
  parseLock,
  type JournalHead,
  type LockFile,
  type RunPlan,
} from "@rebench/core";
import {
  attemptIndex,
  readRunFile,
  writeRunFile,
  type HomeLayout,
  type RunFile,
  type RunLayout,
} from "@rebench/core/home";
import { identifyProcess } from "@rebench/supervisor";
import { hostVersion } from "./host-version.ts";

/** Keeps `run.json` as a run goes on. */
export interface RunJournal {
  /** After an attempt's end its journal's head is kept, so that a later change to the journal shows. */
  journalClosed(attemptId: string, head: JournalHead): Promise<void>;
  finished(outcome: RunFile["outcome"]): Promise<RunFile>;
}

/** Begins a run's file, or adds to it: attempts of one run may be carried out one by one. */
export async function openRunJournal(home: HomeLayout, plan: RunPlan, lock: LockFile): Promise<RunJournal> {
  const layout = home.run(plan.runId);
  await mkdir(layout.directory, { recursive: true, mode: 0o700 });
  const earlier = await readRunFile(layout.file).catch(() => null);
  const planned = plan.attempts.map(({ attemptId, task, agent }) => ({
    attemptId,
    task: task.name,
    agent: agent.name,
    head: null,
  }));
  const kept = (earlier?.attempts ?? []).filter(({ attemptId }) => !planned.some((one) => one.attemptId === attemptId));
  return keepRunFile(home, {
    schema: 1,
    runId: plan.runId,
    startedAt: earlier?.startedAt ?? new Date().toISOString(),
    host: hostVersion,
    runner: thisProcess(),
    outcome: "running",
    lock: await storeLock(layout, lock),
    attempts: [...kept, ...planned].sort((left, right) => attemptIndex(left.attemptId) - attemptIndex(right.attemptId)),
  });
}

/** Adds packs to those that the run's file holds already; returns the digest of the file. */
async function storeLock(layout: RunLayout, lock: LockFile): Promise<string> {
  const text = await readFile(layout.lock, "utf8").catch(() => null);
  const earlier = text === null ? [] : parseLock(text, layout.lock).packs;
  const content = encodeLock(makeLock([...earlier, ...lock.packs]));
  await writeFile(layout.lock, content, { mode: 0o600 });
  return digestText(content);
}

/** Makes this process the runner of a run that another one left. */
export function takeOverRunJournal(home: HomeLayout, run: RunFile): Promise<RunJournal> {
  return keepRunFile(home, { ...run, runner: thisProcess() });
}

async function keepRunFile(home: HomeLayout, opened: RunFile): Promise<RunJournal> {
  const { file } = home.run(opened.runId);
  let run = opened;
  // One write after the other: parallel attempts end when they like.
  let saved: Promise<void> = Promise.resolve();
  const save = (change: Partial<RunFile>): Promise<void> => {
    run = { ...run, ...change };
    saved = saved.catch(() => undefined).then(() => writeRunFile(file, run));
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
function thisProcess(): RunFile["runner"] {
  return identifyProcess(process.pid) ?? { pid: process.pid, startTime: "unknown" };
}
