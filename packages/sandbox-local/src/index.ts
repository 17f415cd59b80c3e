export { createLocalSandboxProvider, type LocalSandboxProviderOptions } from "./provider.ts";
export { captureSubmission } from "./inside/capture.ts";
