import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { z } from "zod";

const infoSchema = z.object({
  ServerVersion: z.string(),
  OperatingSystem: z.string(),
  Architecture: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  CgroupVersion: z.string().optional(),
  DockerRootDir: z.string(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  LiveRestoreEnabled: z.boolean().optional(),
});

export interface EngineFacts {
  readonly version: string;
  readonly system: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly cgroups: string;
  readonly root: string;
  readonly rootless: boolean;
  readonly gpuRuntime: boolean;
  /** Containers go on while the engine restarts. */
  readonly liveRestore: boolean;
  readonly security: readonly string[];
}

export interface System {
  /** Rejects where there is no answer in time. */
  ping(withinMs: number): Promise<void>;
  facts(): Promise<EngineFacts>;
}

export function createSystem(docker: Docker): System {
  return {
    ping: async (withinMs) => {
      const late = sleep(withinMs, null, { ref: false }).then(() => {
        throw Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
      });
      const answer: unknown = await Promise.race([docker.ping(), late]);
      // Anything may listen there.
      if (String(answer) !== "OK") throw new Error("what answers there is no container engine");
    },
    facts: async () => {
      const info = infoSchema.parse(await docker.info());
      const security = info.SecurityOptions ?? [];
      return {
        version: info.ServerVersion,
        system: info.OperatingSystem,
        architecture: info.Architecture,
        cpus: info.NCPU,
        memoryMb: Math.floor(info.MemTotal / 2 ** 20),
        cgroups: info.CgroupVersion ?? "1",
        root: info.DockerRootDir,
        rootless: security.some((option) => option.includes("rootless")),
        gpuRuntime: Object.keys(info.Runtimes ?? {}).includes("nvidia"),
        liveRestore: info.LiveRestoreEnabled ?? false,
        security,
      };
    },
  };
}
