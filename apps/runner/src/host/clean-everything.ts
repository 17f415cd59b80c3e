import type { CleanReport } from "@rebench/core";
import { probeContainers } from "./choose-sandbox.ts";
import { sandboxProvider } from "./providers.ts";

/** Removes what no live run owns, of every kind of sandbox that there is here. */
export async function cleanEverything(options: { readonly dryRun: boolean }): Promise<CleanReport> {
  const local = await (await sandboxProvider(null)).clean(options);
  if (!(await probeContainers()).available) return local;
  const docker = await (await sandboxProvider("docker")).clean(options);
  return {
    containers: local.containers + docker.containers,
    networks: local.networks + docker.networks,
    processes: local.processes + docker.processes,
    folders: local.folders + docker.folders,
  };
}
