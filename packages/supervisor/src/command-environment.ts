import type { SandboxLayout, SandboxResources, SandboxUser } from "@rebench/core";

/** The whole environment of a command, but for what its caller adds. Nothing of the host's comes along. */
export function commandEnvironment(
  user: SandboxUser,
  layout: SandboxLayout,
  resources: SandboxResources,
  temporary: string,
): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(resources.cpus)));
  return {
    PATH: `${layout.tools}:/usr/local/bin:/usr/bin:/bin`,
    HOME: user === "agent" ? layout.home : layout.harness,
    USER: user,
    LANG: "C.UTF-8",
    TMPDIR: temporary,
    REBENCH_SOLUTION: layout.solution,
    REBENCH_INSTRUCTIONS: `${layout.task}/instructions.md`,
    REBENCH_SOCKET: layout.socket,
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
  };
}
