export { RebenchError, type RebenchErrorOptions } from "./errors.ts";
export { defineTaskPack, specVersion, type TaskPack } from "./pack.ts";
export { defineTask, type Task, type TaskKind } from "./task.ts";
export type { CapturedFile, CapturedSubmission, SubmissionContract, SubmissionEntry } from "./submission.ts";
export type {
  AnchorPolicy,
  Conditions,
  MeasuredOn,
  ProtectedArchive,
  PublishedTier,
  ReferenceLocation,
  SolutionCommand,
  Resources,
  ScoreScale,
  Tier,
  TierBudget,
  TierName,
  ToolRequirement,
} from "./tier.ts";
export type { Scorer, ScoreResult, ScoringContext, ScoringPurpose } from "./scorer.ts";
export type {
  CrossEntropyOptions,
  GraphRules,
  GraphVerdict,
  LossVerdict,
  OnnxScoring,
  Refused,
  TensorRule,
  TensorType,
  WeightRules,
  WeightsVerdict,
} from "./onnx.ts";
export type {
  CommandResult,
  RunningCommand,
  SandboxFile,
  ScoringCommand,
  ScoringSandbox,
  ScoringSandboxOptions,
  ScoringUser,
} from "./scoring-sandbox.ts";
export { ServiceRefusal, type Service, type ServiceContext, type ServiceHandler } from "./service.ts";
export { assetSchema, type Asset } from "./asset.ts";
export type { TierCalibration } from "./calibration.ts";
export { humanBaselinesSchema, type HumanBaselines } from "./baselines.ts";
export { packManifestSchema, type PackManifest } from "./manifest.ts";
