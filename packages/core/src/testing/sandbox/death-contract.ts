import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { makeSpec, run, start, withSandbox, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token, until } from "./host-processes.ts";
import { leaveOrphan } from "./killed-runner.ts";

export function deathContract(options: SandboxContractOptions): void {
  describe("ends", () => {
    it("leaves nothing behind but its directory", async () => {
      const { spec, remove } = makeSpec({ relay: true });
      const sandbox = await options.provider.create(spec);
      const mark = token();
      const execution = await start(
        sandbox,
        `setsid sleep ${mark} & chmod 0 solution; mkdir -p a/b; chmod 0 a; mkdir -p /tmp/${mark}/sub; touch /tmp/${mark}/sub/file; sleep ${mark}`,
      );
      await until("it runs", () => hostProcesses(mark).length >= 2);
      await sandbox.destroy();
      await sandbox.destroy();
      expect(hostProcesses(mark)).toEqual([]);
      expect(hostProcesses(spec.directory)).toEqual([]);
      if (options.level !== "none") expect(existsSync(`/tmp/${mark}`)).toBe(false);
      rmSync(`/tmp/${mark}`, { recursive: true, force: true });
      expect(mountsBelow(sandbox.layout.home)).toEqual([]);
      expect(await sandbox.ended).toEqual({ kind: "destroyed" });
      expect(await options.provider.clean({ dryRun: true })).toEqual({
        containers: 0,
        networks: 0,
        processes: 0,
        folders: 0,
      });
      await expect(options.provider.attach(sandbox.reference)).rejects.toMatchObject({ code: "sandbox.gone" });
      await expect(start(sandbox, "true")).rejects.toMatchObject({ code: "sandbox.gone" });
      expect((await execution.wait()).exitCode).toBeNull();
      expect(readdirSync(spec.directory)).not.toEqual([]);
      remove();
    });

    it("ends a scoring sandbox with its runner", async () => {
      const { spec, remove } = makeSpec({ purpose: "scoring" });
      const mark = token();
      await leaveOrphan({
        providerModule: options.providerModule,
        spec,
        script: `setsid sleep ${mark} & sleep ${mark}`,
        deadline: null,
        frozen: false,
      });
      await until("its processes are gone", () => hostProcesses(mark).length === 0, 3000);
      await until("its supervisor is gone", () => hostProcesses(spec.directory).length === 0, 3000);
      expect(await options.provider.clean({ dryRun: true })).toMatchObject({ processes: 0, folders: 0 });
      remove();
    });

    it("keeps an attempt that lost its runner", async () => {
      const { spec, remove } = makeSpec();
      const mark = token();
      const orphan = await leaveOrphan({
        providerModule: options.providerModule,
        spec,
        script: `sleep ${mark}`,
        deadline: null,
        frozen: false,
      });
      await sleep(300);
      expect(await options.provider.clean({ dryRun: false })).toMatchObject({ processes: 0, folders: 0 });
      expect(hostProcesses(mark).length).toBeGreaterThan(0);
      const sandbox = await options.provider.attach(orphan.reference);
      expect((await run(sandbox, "echo alive")).stdout).toBe("alive\n");
      await sandbox.destroy();
      expect(hostProcesses(mark)).toEqual([]);
      remove();
    });

    it("notices within seconds that its first process died", async () => {
      await withSandbox(options, {}, async (sandbox) => {
        const mark = token();
        const execution = await start(sandbox, `sleep ${mark}`);
        await until("it runs", () => hostProcesses(mark).length > 0);
        const [supervisor] = hostProcesses(sandbox.reference.directory);
        if (supervisor === undefined) throw new Error("There is no supervisor.");
        const startedAt = performance.now();
        for (const pid of childrenOf(supervisor.pid)) {
          if (!hostProcesses(mark).some((found) => found.pid === pid)) kill(pid);
        }
        expect(await sandbox.ended).toMatchObject({
          kind: "died",
          reason: expect.stringContaining("SIGKILL") as string,
        });
        expect(performance.now() - startedAt).toBeLessThan(2000);
        expect(hostProcesses(mark)).toEqual([]);
        expect((await execution.wait()).exitCode).toBeNull();
      });
    });

    it("ends with its supervisor, and is cleaned up after it", async () => {
      const { spec, remove } = makeSpec();
      const sandbox = await options.provider.create(spec);
      const mark = token();
      await start(sandbox, `echo >solution/file; setsid sleep ${mark} & sleep ${mark}`);
      await until("it runs", () => hostProcesses(mark).length >= 2);
      const [supervisor] = hostProcesses(spec.directory);
      process.kill(supervisor?.pid ?? 0, "SIGKILL");
      expect(await sandbox.ended).toMatchObject({ kind: "died" });
      await until("its processes are gone", () => hostProcesses(mark).length === 0, 2000);
      const found = await options.provider.clean({ dryRun: true });
      expect(found.folders).toBeGreaterThan(0);
      expect((await options.provider.clean({ dryRun: false })).folders).toBe(found.folders);
      expect(await options.provider.clean({ dryRun: true })).toEqual({
        containers: 0,
        networks: 0,
        processes: 0,
        folders: 0,
      });
      await expect(options.provider.attach(sandbox.reference)).rejects.toMatchObject({ code: "sandbox.gone" });
      remove();
    });
  });
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // A short-lived child, which is gone.
  }
}

function mountsBelow(path: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${path}`));
}
