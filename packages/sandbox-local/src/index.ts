export { createLocalSandboxProvider, type LocalSandboxProviderOptions } from "./provider.ts";
export { captureFolder } from "./inside/capture-folder.ts";
