import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { digestText, parseLock, type LockFile } from "@rebench/core";
import { attemptIndex, isSealed, type RunLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { readStoredRunAt, type StoredAttempt, type StoredRun } from "../host/stored-run.ts";
import { checkBlobs } from "./check-blobs.ts";
import { checkSubmissions } from "./check-submissions.ts";
import type { Problem } from "./problem.ts";

export interface CheckedRun {
  /** Null where `run.json` cannot be read. */
  readonly run: StoredRun | null;
  /** Null where it is missing, or is not what the run was stored with. */
  readonly lock: LockFile | null;
  readonly problems: readonly Problem[];
}

/** Everything that can be told from a run's folder alone: whether each file is as it was written, and fits the others. */
export async function checkStoredRun(layout: RunLayout): Promise<CheckedRun> {
  const content = await readFile(layout.file).catch(() => null);
  const problems: Problem[] =
    content === null || isSealed(content)
      ? []
      : [{ code: "run.differs", where: layout.file, message: "run.json is not what was written: its digest differs" }];
  const run = await asProblem(problems, layout.file, () => readStoredRunAt(layout));
  if (run === null) return { run, lock: null, problems };
  const lock = await checkLock(problems, layout, run.file.lock);
  for (const attempt of run.attempts) {
    problems.push(
      ...attempt.problems.map(({ code, line, message }) => ({
        code,
        where: `${attempt.layout.journal}:${line}`,
        message,
      })),
      ...checkAttempt(run, attempt, lock),
      ...(await checkSubmissions(attempt)),
      ...(await checkBlobs(attempt.layout)),
    );
  }
  return { run, lock, problems: [...problems, ...(await unlistedAttempts(layout, run))] };
}

/** The stored lock, if it is to the byte what `run.json` says. */
async function checkLock(problems: Problem[], { lock }: RunLayout, expected: string | null): Promise<LockFile | null> {
  const where = lock;
  if (expected === null) {
    problems.push({ code: "lock.missing", where, message: "the run was stored without the lock of its packs" });
    return null;
  }
  const content = await readFile(lock).catch(() => null);
  if (content === null || digestText(content) !== expected) {
    const message =
      content === null ? "the run's lock is not here" : "the lock is not the one that the run was stored with";
    problems.push({ code: content === null ? "lock.missing" : "lock.differs", where, message });
    return null;
  }
  return asProblem(problems, where, () => parseLock(content.toString("utf8"), lock));
}

/** An attempt is as it was written when it was written to its end, and its journal says the same as `run.json` and the lock. */
function checkAttempt(run: StoredRun, attempt: StoredAttempt, lock: LockFile | null): Problem[] {
  const { attemptId, journalFound, state, layout, task, agent } = attempt;
  const where = layout.journal;
  if (!journalFound) return [{ code: "journal.missing", where, message: `attempt ${attemptId} has no journal` }];
  if (state?.outcome == null)
    return [{ code: "attempt.unfinished", where, message: `attempt ${attemptId} has not finished` }];
  const { spec } = state;
  const problems: Problem[] = [];
  const same = spec.attemptId === attemptId && spec.runId === run.file.runId;
  if (!same || spec.task.name !== task || spec.agent.name !== agent)
    problems.push({
      code: "attempt.differs",
      where,
      message: `run.json lists ${attemptId}, ${task} by ${agent}; the journal is of ${spec.attemptId}, ${spec.task.name} by ${spec.agent.name}`,
    });
  const { pack, version, digest } = spec.task;
  const locked = lock?.packs.find((entry) => entry.name === pack && entry.version === version);
  if (lock !== null && locked?.integrity !== digest)
    problems.push({
      code: "lock.other-pack",
      where,
      message: `attempt ${attemptId} was made with ${pack}@${version} (${digest.slice(0, 19)}…), which the run's lock does not hold`,
    });
  return problems;
}

async function unlistedAttempts({ attempts }: RunLayout, run: StoredRun): Promise<Problem[]> {
  const listed = new Set(run.file.attempts.map(({ attemptId }) => String(attemptIndex(attemptId))));
  const found = await readdir(attempts).catch(() => []);
  return found
    .filter((name) => !listed.has(name))
    .map((name) => ({
      code: "attempt.unlisted",
      where: path.join(attempts, name),
      message: "run.json does not list this attempt",
    }));
}

/** What cannot be read is a finding here, not an error. */
async function asProblem<T>(problems: Problem[], where: string, work: () => T | Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!RebenchError.is(error)) throw error;
    problems.push({ code: error.code, where, message: error.message });
    return null;
  }
}
