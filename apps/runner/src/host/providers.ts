import type { IsolationLevel, SandboxProvider } from "@rebench/core";
import type { DockerSandboxProvider } from "@rebench/sandbox-docker";

/** What makes sandboxes of a level; null for the best level without containers. Each is loaded when it is first needed. */
export async function sandboxProvider(isolation: IsolationLevel | null): Promise<SandboxProvider> {
  if (isolation === "docker") return dockerProvider();
  const { createLocalSandboxProvider } = await import("@rebench/sandbox-local");
  return createLocalSandboxProvider(isolation === null ? {} : { level: isolation });
}

let docker: Promise<DockerSandboxProvider> | null = null;

/** One for the process: it remembers the engine, and builds each image once. */
export function dockerProvider(): Promise<DockerSandboxProvider> {
  docker ??= import("@rebench/sandbox-docker").then(({ createDockerSandboxProvider }) => {
    const scope = process.env["REBENCH_SCOPE"];
    return createDockerSandboxProvider(scope === undefined ? {} : { scope });
  });
  return docker;
}
