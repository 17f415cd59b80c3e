export {
  createDockerSandboxProvider,
  type DockerSandboxProvider,
  type DockerSandboxProviderOptions,
} from "./provider.ts";
