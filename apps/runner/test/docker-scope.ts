import { createDockerSandboxProvider } from "@rebench/sandbox-docker";
import { afterAll } from "vitest";

export interface DockerScope {
  /** Null where an engine answers; else why none does. */
  readonly missing: string | null;
  /** For the command line: its sandboxes are containers, and nobody else's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly provider: ReturnType<typeof createDockerSandboxProvider>;
}

/** Containers and images of one test file, removed when its tests are over. Where an engine is required, a missing one is a failure. */
export async function dockerScope(name: string): Promise<DockerScope> {
  const scope = `test-${name}-${process.pid}`;
  const provider = createDockerSandboxProvider({ scope });
  const [probe] = await provider.probe({ protectedPaths: [] });
  const missing = probe?.available === true ? null : (probe?.reason ?? "no container engine answers");
  if (missing !== null && process.env["REBENCH_ENGINE"] === "required") throw new Error(missing);
  afterAll(async () => {
    if (missing !== null) return;
    await provider.clean({ dryRun: false });
    await provider.cleanImages({ dryRun: false });
  });
  return { missing, provider, environment: { REBENCH_SANDBOX: "docker", REBENCH_SCOPE: scope } };
}
