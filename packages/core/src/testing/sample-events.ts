import type { AttemptEvent, StampedEvent } from "../events/attempt-event.ts";
import type { ScoreEntry } from "../events/score-entry.ts";
import type { AttemptSpec } from "../run/attempt-spec.ts";

/** A spec for tests that need one and do not care which. */
export const sampleSpec: AttemptSpec = {
  attemptId: "01SAMPLE.0",
  runId: "01SAMPLE",
  index: 0,
  task: {
    name: "sample/main",
    pack: "@rebench/pack-sample",
    version: "1.0.0",
    digest: `sha256-${"0".repeat(64)}`,
    directory: "/nowhere",
    taskId: "main",
    tier: "mini",
    hiddenScore: false,
    scale: { unit: "ln(s)", direction: "lower", aggregate: "best", reports: "confirmed", measuredAnchors: false },
  },
  agent: { name: "nop" },
  sandbox: "local",
  resources: { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 },
  budget: { workingMs: 60_000, wallMs: 600_000, scoreCalls: 10, tokens: null, costUsd: null, actions: null },
  seed: "0123456789abcdef0123456789abcdef",
};

export const sampleOpening: AttemptEvent = { type: "journal.opened", schema: 1, host: "1.0.0", spec: sampleSpec };

export function sampleScore(seq: number, normalized: number, change: Partial<ScoreEntry> = {}): ScoreEntry {
  const anchors = { start: 1, reference: 0 };
  const common = {
    seq,
    source: "attempt" as const,
    workingMs: seq * 1000,
    at: 0,
    seed: sampleSpec.seed,
    submission: `sha256-${seq}`,
  };
  return {
    ...common,
    status: "valid",
    raw: 1 - normalized,
    normalized: Math.max(0, normalized),
    anchors,
    message: "",
    ...change,
  } as ScoreEntry;
}

/** Stamps events a given number of milliseconds apart. */
export function stamped(events: readonly AttemptEvent[], gaps: readonly number[]): StampedEvent[] {
  let elapsedMs = 0;
  return events.map((event, seq) => {
    elapsedMs += seq === 0 ? 0 : (gaps[seq - 1] ?? 0);
    return { seq, at: 1_700_000_000_000 + elapsedMs, elapsedMs, ...event };
  });
}
