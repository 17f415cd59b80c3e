export type { ProfilePoint } from "./profile/read-back.ts";
export {
  createDockerSandboxProvider,
  type DockerSandboxProvider,
  type DockerSandboxProviderOptions,
} from "./provider.ts";
