import type { IsolationLevel, SandboxProvider } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import type { DockerSandboxProvider } from "@rebench/sandbox-docker";

/** What makes sandboxes of a level; null for the best level without containers. Each is loaded when it is first needed. */
export async function sandboxProvider(isolation: IsolationLevel | null): Promise<SandboxProvider> {
  if (isolation === "docker") return dockerProvider();
  const { createLocalSandboxProvider } = await import("@rebench/sandbox-local");
  return createLocalSandboxProvider({ ...(isolation === null ? {} : { level: isolation }), ...scopeOption() });
}

/** Whose sandboxes they are: nothing of another scope is found, cleaned or removed. */
function scopeOption(): { readonly scope?: string } {
  const scope = process.env["REBENCH_SCOPE"];
  if (scope === undefined || scope === "") return {};
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(scope)) return { scope };
  throw new RebenchError({
    code: "usage.scope",
    message: `REBENCH_SCOPE is ${JSON.stringify(scope)}`,
    fix: "up to 40 small letters, digits and dashes",
  });
}

let docker: Promise<DockerSandboxProvider> | null = null;

/** One for the process: it remembers the engine, and builds each image once. */
export function dockerProvider(): Promise<DockerSandboxProvider> {
  docker ??= import("@rebench/sandbox-docker").then(({ createDockerSandboxProvider }) => {
    return createDockerSandboxProvider(scopeOption());
  });
  return docker;
}
