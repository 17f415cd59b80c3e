export {
  attemptEventSchema,
  journalSchema,
  type AttemptEvent,
  type Stamp,
  type StampedEvent,
} from "./events/attempt-event.ts";
export { applyEvent } from "./events/apply-event.ts";
export type { AttemptState, Pause, Phase, Review, Usage } from "./events/attempt-state.ts";
export { isClamped, type Calibration } from "./events/calibration.ts";
export { columnOf, columns, type Column, type Ledger } from "./events/ledger.ts";
export { hardwareClass, type Machine } from "./events/machine.ts";
export type { Blame, Outcome } from "./events/outcome.ts";
export type { ScoreEntry, ValidScoreEntry } from "./events/score-entry.ts";
export type { Agent, AgentContext, AgentEnd, AgentSandbox } from "./ports/agent.ts";
export type { AttemptFolder, AttemptJournal, AttemptStore, JournalHead } from "./ports/attempt-store.ts";
export type { Clock } from "./ports/clock.ts";
export type { MachineRate } from "./ports/machine-rate.ts";
export type {
  CaptureResult,
  CleanReport,
  CreateSandboxOptions,
  Execution,
  ExecutionResult,
  FileToWrite,
  IsolationGuarantees,
  IsolationLevel,
  LevelProbe,
  OutputStream,
  Sandbox,
  SandboxCommand,
  SandboxDeadlines,
  SandboxEnd,
  SandboxImage,
  SandboxLayout,
  SandboxObservation,
  SandboxProvider,
  SandboxReference,
  SandboxResources,
  SandboxSpec,
  SandboxUser,
} from "./ports/sandbox.ts";
export type { ScorerHost, ScoringOptions, ScoringOutcome, ScoringRequest } from "./ports/scorer-host.ts";
export { checkChain, type ChainCheck, type JournalProblem } from "./journal/check-chain.ts";
export { emptyHead, encodeLine, lineHash, nextHead } from "./journal/line.ts";
export { parseLine, type ParsedLine } from "./journal/parse-line.ts";
export { digestText, type PackFile } from "./lock/content-digest.ts";
export { comparePackFiles, comparePacks, type LockDifference } from "./lock/compare-packs.ts";
export { encodeLock, makeLock, parseLock, type LockedPack, type LockedTier, type LockFile } from "./lock/lock-file.ts";
export { encodeRelease, parseRelease, type GoldenScore, type ReleaseRecord } from "./lock/release-record.ts";
export { versionRule, type EquivalentTiers, type RequiredBump, type VersionFinding } from "./lock/version-rule.ts";
export { lockPack } from "./lock/lock-pack.ts";
export { failedOutcome } from "./attempt/attempt-failure.ts";
export type { AttemptPorts, AttemptSignals } from "./attempt/attempt-ports.ts";
export { budgetView, type BudgetView } from "./attempt/budget-view.ts";
export { calibrationFactor } from "./attempt/calibrate-budget.ts";
export { executeAttempt, type ExecuteAttemptOptions } from "./attempt/execute-attempt.ts";
export {
  resumeAttempt,
  type Recovery,
  type ResumedAttempt,
  type ResumeAttemptOptions,
} from "./attempt/resume-attempt.ts";
export { scoreReply, type ScoreReply } from "./attempt/score-reply.ts";
export { deriveSeed } from "./attempt/seed.ts";
export { selectScore } from "./attempt/select-score.ts";
export { verdict } from "./attempt/verdict.ts";
export { attemptResult, type AttemptResult } from "./run/attempt-result.ts";
export {
  attemptSpecSchema,
  type AgentConfig,
  type AttemptSpec,
  type Budget,
  type TaskReference,
} from "./run/attempt-spec.ts";
export { executeRun, type RunEvent, type RunOutcome, type RunPorts } from "./run/execute-run.ts";
export type { LoadedTask } from "./run/loaded-task.ts";
export { scoringImage, workspaceImage } from "./run/task-images.ts";
export { tierResources } from "./run/tier-resources.ts";
export { planRun, type RunPlan, type RunRequest } from "./run/plan-run.ts";
