export { createLocalSandboxProvider, type LocalSandboxProviderOptions } from "./provider.ts";
