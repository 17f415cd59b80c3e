export { writeJsonAtomic } from "./atomic-file.ts";
export { commandFolder, executionResultSchema, outputPath, readResult } from "./command-files.ts";
export { supervisorConfigurationSchema, readConfiguration, type SupervisorConfiguration } from "./configuration.ts";
export { connectToSupervisor, goneError, type SupervisorClient } from "./control/client.ts";
export { launchSupervisor, type LaunchOptions } from "./launch.ts";
export { sandboxVariable } from "./processes/members.ts";
export { identifyProcess, isAlive, processIdentitySchema, type ProcessIdentity } from "./processes/process-identity.ts";
export type { RequestBody, RequestResult, SupervisorEvent } from "./protocol.ts";
export type { Membership, TreeRecipe } from "./recipe.ts";
export { readStatus, type SupervisorStatus } from "./status.ts";
export {
  folderAgeMs,
  findLeftovers,
  hasLivingOwner,
  killLeftovers,
  readTraceRecords,
  removeTraces,
  traceRecordSchema,
  type TraceRecord,
} from "./traces.ts";
export { captureSubmission } from "./submission/capture-submission.ts";
export { submissionDigest } from "./submission/submission-digest.ts";
export type { NotTaken, SourceFile, SourceFolder, SubmissionSource } from "./submission/submission-source.ts";
export { createMultiplexer } from "./relay/multiplexer.ts";
export { commandEnvironment } from "./command-environment.ts";
export { deadlinesSchema, sandboxEndSchema } from "./status.ts";
export { createRelayClient, type RelayClient } from "./relay/relay-client.ts";
export { tryRecipe } from "./try-recipe.ts";
