export { writeJsonAtomic } from "./atomic-file.ts";
export { commandFolder, outputPath, readResult } from "./command-files.ts";
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
export { submissionDigest } from "./submission-digest.ts";
export { createRelayClient, type RelayClient } from "./relay/relay-client.ts";
export { tryRecipe } from "./try-recipe.ts";
