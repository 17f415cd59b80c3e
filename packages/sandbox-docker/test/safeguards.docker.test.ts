import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { afterAll, describe, expect, it } from "vitest";
import { readDescription } from "../src/description.ts";
import type { Engine } from "../src/engine/connect.ts";
import { createProvider, type ProviderInternals } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { captureFolder, contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

const noDeadlines = { workingEndsAt: null, wallEndsAt: null };

async function bytesOf(sandbox: Sandbox, name: string): Promise<number> {
  return (await sandbox.read(`/home/agent/${name}`, { maxBytes: 1 << 24 })).length;
}

/** What the contract asserts does not hold where the safeguard is missing, so the contract tests it. */
withEngine("with its safeguard off", (engine) => {
  const scope = testScope("off");
  const context = contextOf();
  const provider = testProvider(scope);
  const off = (change: (engine: Engine) => Partial<Engine>): ProviderInternals => ({
    engine: (real) => ({ ...real, ...change(real) }),
  });
  const counter = "while :; do echo >>count; sleep 0.01; done";

  it("freezing stops nothing", async () => {
    const pause = off(({ containers }) => ({ containers: { ...containers, pause: async () => undefined } }));
    await using(createProvider({ scope }, pause), specOf(context), async (sandbox) => {
      await sandbox.exec({ argv: ["bash", "-c", counter], user: "agent" });
      await until("it counts", async () => (await bytesOf(sandbox, "count").catch(() => 0)) > 5);
      await sandbox.freeze();
      const frozen = await bytesOf(sandbox, "count");
      await sleep(300);
      expect(await bytesOf(sandbox, "count")).toBeGreaterThan(frozen);
    });
  });

  it("a deadline that is set while all is frozen is not heeded", async () => {
    const put = off(({ archives }) => ({
      archives: { ...archives, put: async (container, _folder, archive) => archives.put(container, "/tmp", archive) },
    }));
    await using(createProvider({ scope }, put), specOf(context), async (sandbox) => {
      await sandbox.freeze();
      await sandbox.thaw({ workingEndsAt: Date.now() + 200, wallEndsAt: null });
      const end = await Promise.race([sandbox.ended, sleep(1500, "none")]);
      expect(end).toBe("none");
    });
    await using(provider, specOf(context), async (sandbox) => {
      await sandbox.freeze();
      await sandbox.thaw({ workingEndsAt: Date.now() + 200, wallEndsAt: null });
      expect(await sandbox.ended).toMatchObject({ kind: "deadline" });
    });
  });

  it("a deadline passes a sandbox by whose supervisor stands still", async () => {
    await using(provider, specOf(context), async (sandbox) => {
      const mark = token();
      await sandbox.exec({ argv: ["bash", "-c", `${counter}; : ${mark}`], user: "agent" });
      await until("it runs", () => hostProcesses(mark).length > 0);
      const container = (await readDescription(sandbox.reference.directory))?.container ?? "";
      const pid = (await engine.containers.state(container))?.pid ?? 0;
      const at = Date.now() + 300;
      await sandbox.setDeadlines({ workingEndsAt: at, wallEndsAt: null });
      process.kill(pid, "SIGSTOP");
      await sleep(900);
      expect(hostProcesses(mark)).not.toEqual([]);
      process.kill(pid, "SIGCONT");
      expect(await sandbox.ended).toEqual({ kind: "deadline", limit: "working", at });
      expect(hostProcesses(mark)).toEqual([]);
    });
  });

  it("a process outlives the end of all, as one of another namespace does", async () => {
    await using(provider, specOf(context), async (sandbox) => {
      const mark = token();
      const description = await readDescription(sandbox.reference.directory);
      const beside = await engine.containers.create({
        Image: (await engine.containers.inspect(description?.container ?? ""))?.Config.Image ?? "",
        Cmd: ["sleep", mark],
        User: "1000:1000",
        Labels: { "rebench.scope": scope, "rebench.role": "sweep", "rebench.of": description?.container ?? "" },
        HostConfig: { NetworkMode: "none", VolumesFrom: [description?.container ?? ""] },
      });
      try {
        await engine.containers.start(beside);
        await until("it runs", () => hostProcesses(mark).length > 0);
        await sandbox.setDeadlines({ workingEndsAt: Date.now() + 100, wallEndsAt: null });
        expect(await sandbox.ended).toMatchObject({ kind: "deadline" });
        expect(hostProcesses(mark)).not.toEqual([]);
      } finally {
        await engine.containers.remove(beside);
      }
    });
  });

  describe("files go", () => {
    const kept = { entries: [{ path: "kept", kind: "file", required: true, maxBytes: 100 }], maxFiles: 1 } as const;
    const inMemory: ProviderInternals = {
      profile: (profile) => ({
        ...profile,
        Mounts: (profile.Mounts ?? []).filter(({ Target }) => Target !== "/home"),
        ReadonlyRootfs: false,
      }),
    };

    it("with a sandbox whose home is no volume", async () => {
      for (const [maker, status] of [
        [provider, "captured"],
        [createProvider({ scope }, inMemory), "invalid"],
      ] as const) {
        await using(maker, specOf(context), async (sandbox) => {
          await run(sandbox, "echo kept >solution/kept");
          await sandbox.setDeadlines({ workingEndsAt: Date.now() + 100, wallEndsAt: null });
          await sandbox.ended;
          expect(await sandbox.capture(kept, captureFolder(sandbox))).toMatchObject({ status });
        });
      }
    });
  });

  it("what a command started is found by nobody once it left the session", async () => {
    // Without the supervisor's list, and its variable, only the session would be left to go by.
    const blind = off(({ execs }) => ({
      execs: { ...execs, run: async () => ({ exitCode: 0, stdout: "", stderr: "" }) },
    }));
    await using(createProvider({ scope }, blind), specOf(context), async (sandbox) => {
      const mark = token();
      const execution = await sandbox.exec({
        argv: ["bash", "-c", `setsid sleep ${mark} & sleep ${mark}`],
        user: "agent",
      });
      await until("it runs", () => hostProcesses(mark).length >= 2);
      await execution.kill();
      await sandbox.endProcesses();
      expect(hostProcesses(mark).length).toBeGreaterThan(0);
      await sandbox.setDeadlines(noDeadlines);
    });
  });
});
