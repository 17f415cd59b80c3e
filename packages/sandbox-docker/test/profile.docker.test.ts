import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox, SandboxResources } from "@rebench/core";
import type Docker from "dockerode";
import { afterAll, describe, expect, it } from "vitest";
import { readDescription } from "../src/description.ts";
import type { Engine } from "../src/engine/connect.ts";
import { readBackProfile, type ProfilePoint } from "../src/profile/read-back.ts";
import { createProvider } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { contextOf, removeFolders, run, smallResources, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

async function inspect(engine: Engine, sandbox: Sandbox): Promise<Docker.ContainerInspectInfo> {
  const description = await readDescription(sandbox.reference.directory);
  const found = await engine.containers.inspect(description?.container ?? "");
  if (found === null) throw new Error("Its container is not there.");
  return found;
}

const broken = (points: readonly ProfilePoint[]): string[] =>
  points.filter(({ holds }) => !holds).map(({ name }) => name);

const megabyte = 2 ** 20;

/** One change of the profile each, and the points that it spoils. */
const spoilers: ReadonlyArray<readonly [string[], (profile: Docker.HostConfig) => Docker.HostConfig]> = [
  [["network"], (profile) => ({ ...profile, NetworkMode: "bridge" })],
  [["network"], (profile) => ({ ...profile, NetworkMode: "host" })],
  [["capabilities"], (profile) => ({ ...profile, CapDrop: [] })],
  [["capabilities"], (profile) => ({ ...profile, CapDrop: ["NET_RAW", "SYS_ADMIN"] })],
  [["capabilities"], (profile) => ({ ...profile, CapAdd: ["CHOWN"] })],
  [["privileges"], (profile) => ({ ...profile, SecurityOpt: [] })],
  [["privileges"], (profile) => ({ ...profile, SecurityOpt: ["no-new-privileges:false"] })],
  [["confinement"], (profile) => ({ ...profile, SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] })],
  [["confinement"], (profile) => ({ ...profile, SecurityOpt: ["no-new-privileges", "apparmor=unconfined"] })],
  [["privileged"], (profile) => ({ ...profile, Privileged: true })],
  [["read-only root"], (profile) => ({ ...profile, ReadonlyRootfs: false })],
  [["processes"], (profile) => ({ ...profile, PidsLimit: 1000 })],
  [["processes"], (profile) => ({ ...profile, PidsLimit: 0 })],
  [["memory", "swap"], (profile) => ({ ...profile, Memory: 512 * megabyte, MemorySwap: 512 * megabyte })],
  [["swap"], (profile) => ({ ...profile, MemorySwap: 512 * megabyte })],
  [["swap"], (profile) => ({ ...profile, MemorySwap: -1 })],
  [["CPUs"], (profile) => ({ ...profile, NanoCpus: 2e9 })],
  [["CPUs"], ({ NanoCpus: _, ...profile }) => profile],
  [
    ["file size"],
    (profile) => ({ ...profile, Ulimits: (profile.Ulimits ?? []).filter(({ Name }) => Name !== "fsize") }),
  ],
  [["shared memory"], (profile) => ({ ...profile, ShmSize: 512 * megabyte })],
  [["namespaces"], (profile) => ({ ...profile, IpcMode: "host" })],
  [["namespaces"], (profile) => ({ ...profile, IpcMode: "shareable" })],
  [["namespaces"], (profile) => ({ ...profile, PidMode: "host" })],
  [["host files", "mounts"], (profile) => ({ ...profile, Binds: ["/etc/hostname:/host:ro"] })],
  [
    ["mounts"],
    (profile) => ({
      ...profile,
      Mounts: [...(profile.Mounts ?? []), { Type: "bind", Source: "/etc/hostname", Target: "/host", ReadOnly: true }],
    }),
  ],
  [["mounts"], (profile) => ({ ...profile, Mounts: (profile.Mounts ?? []).slice(1) })],
  [
    ["devices"],
    (profile) => ({
      ...profile,
      Devices: [{ PathOnHost: "/dev/null", PathInContainer: "/dev/mine", CgroupPermissions: "rwm" }],
    }),
  ],
];

withEngine("the profile", (engine) => {
  const scope = testScope("profile");
  const context = contextOf();
  const provider = testProvider(scope);
  const resources: SandboxResources = { cpus: 1.5, memoryMb: 300, diskMb: 70, pids: 50, sharedMemoryMb: 20 };

  for (const purpose of ["attempt", "scoring"] as const) {
    it(`is what a started ${purpose} sandbox has`, async () => {
      await using(provider, specOf(context, { purpose, resources, relay: true }), async (sandbox) => {
        const found = await inspect(engine, sandbox);
        const points = readBackProfile(found, resources);
        expect(broken(points)).toEqual([]);
        expect(new Set(points.map(({ name }) => name)).size).toBe(points.length);
        expect(found.State.Running).toBe(true);
        expect(found.HostConfig.AutoRemove).toBe(purpose === "scoring");
        expect(found.Config.User).toBe("0:0");
        expect(found.Config.Labels).toMatchObject({
          "rebench.scope": scope,
          "rebench.role": "sandbox",
          "rebench.sandbox": sandbox.reference.id,
          "rebench.run": "test",
          "rebench.attempt": sandbox.reference.id,
          "rebench.purpose": purpose,
        });
        expect(JSON.stringify([found.Mounts, found.HostConfig.Binds, found.Config.Env])).not.toMatch(/\.sock/);
        expect(found.HostConfig).toMatchObject({
          PidsLimit: 53,
          Memory: 300 * megabyte,
          MemorySwap: 300 * megabyte,
          NanoCpus: 1.5e9,
          ShmSize: 20 * megabyte,
        });
      });
    });
  }

  it("is what the kernel makes of it, seen from inside", async () => {
    await using(provider, specOf(context, { resources }), async (sandbox) => {
      const script = `
        id -u; id -G; ulimit -f; ulimit -Hc; ulimit -Hn
        grep -E '^(CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'
        df -m --output=size /dev/shm | tail -1; ls /sys/class/net; nproc
        grep -cE '^[^ ]+ / [^ ]+ ro,' /proc/mounts`;
      const said = (await run(sandbox, script)).stdout.trim().split(/\s*\n\s*/);
      expect(said).toEqual([
        ...["1000", "1000", String(70 * 1024), "0", "16384"],
        ...["CapBnd:0000000000000000", "CapAmb:0000000000000000", "NoNewPrivs:1", "Seccomp:2"],
        ...["20", "lo", expect.stringMatching(/^\d+$/) as string, "1"],
      ]);
      expect((await run(sandbox, "id -u; id -G", { user: "harness" })).stdout).toBe("1001\n1001\n");
    });
  });

  it("is bounded by the limits on CPU that were given", async () => {
    await using(provider, specOf(context, { resources: { ...resources, cpus: 0.5 } }), async (sandbox) => {
      const before = await sandbox.cpuSeconds();
      const spinning = await sandbox.exec({
        argv: ["bash", "-c", "while :; do :; done & while :; do :; done"],
        user: "agent",
      });
      await sleep(1000);
      // Half of one second, and something for what the engine starts.
      expect((await sandbox.cpuSeconds()) - before).toBeLessThan(0.85);
      await spinning.kill();
    });
  });

  describe("read back", () => {
    it("says of every point when it does not hold", async () => {
      const found: Array<{ wanted: readonly string[]; points: readonly ProfilePoint[] }> = [];
      for (const [wanted, profile] of spoilers) {
        // Made, and never started: nothing of this may run.
        const start = async (id: string): Promise<void> => {
          const container = await engine.containers.inspect(id);
          if (container !== null) found.push({ wanted, points: readBackProfile(container, smallResources) });
          throw new Error("it was made");
        };
        const internals = {
          profile,
          engine: (real: Engine): Engine => ({ ...real, containers: { ...real.containers, start } }),
        };
        await expect(createProvider({ scope }, internals).create(specOf(context))).rejects.toThrow("it was made");
      }
      expect(found.map(({ points }) => broken(points))).toEqual(spoilers.map(([wanted]) => wanted));
      const all = new Set(found.flatMap(({ points }) => points.map(({ name }) => name)));
      expect(new Set(spoilers.flatMap(([wanted]) => wanted))).toEqual(all);
    });

    it("is done by the provider with a container of its own", async () => {
      expect(broken((await provider.checkProfile()) ?? [])).toEqual([]);
      expect(await provider.checkProfile()).toHaveLength(16);
      expect(await testProvider(`${scope}-empty`).checkProfile()).toBeNull();
    });
  });
});
