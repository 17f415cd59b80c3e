import { existsSync, readlinkSync } from "node:fs";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { RebenchError } from "@rebench/task-kit";
import { afterAll, expect, it } from "vitest";
import { readDescription } from "../src/description.ts";
import type { Engine } from "../src/engine/connect.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { captureFolder, contextOf, removeFolders, run, smallResources, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

const kept = { entries: [{ path: "kept", kind: "file", required: true, maxBytes: 100 }], maxFiles: 1 } as const;

async function containerOf(sandbox: Sandbox): Promise<string> {
  return (await readDescription(sandbox.reference.directory))?.container ?? "";
}

async function supervisorOf(engine: Engine, sandbox: Sandbox): Promise<number> {
  return (await engine.containers.state(await containerOf(sandbox)))?.pid ?? 0;
}

withEngine("a death from outside", (engine) => {
  const context = contextOf();
  const provider = testProvider(testScope("death"));

  interface Death {
    readonly name: string;
    readonly kill: (sandbox: Sandbox) => Promise<void>;
    readonly reason: RegExp;
    readonly keepsFiles: boolean;
    readonly frozen?: boolean;
  }
  const deaths: readonly Death[] = [
    {
      name: "its container was killed",
      kill: async (sandbox) => engine.containers.kill(await containerOf(sandbox)),
      reason: /SIGKILL/,
      keepsFiles: true,
    },
    {
      name: "its container was killed while it was frozen",
      kill: async (sandbox) => engine.containers.kill(await containerOf(sandbox)),
      reason: /SIGKILL/,
      keepsFiles: true,
      frozen: true,
    },
    {
      name: "its container was removed",
      kill: async (sandbox) => engine.containers.remove(await containerOf(sandbox)),
      reason: /removed|SIGKILL/,
      keepsFiles: false,
    },
    {
      name: "its container was removed while it was frozen",
      kill: async (sandbox) => engine.containers.remove(await containerOf(sandbox)),
      reason: /removed|SIGKILL/,
      keepsFiles: false,
      frozen: true,
    },
    {
      name: "its supervisor was killed",
      kill: async (sandbox) => void process.kill(await supervisorOf(engine, sandbox), "SIGKILL"),
      reason: /SIGKILL/,
      keepsFiles: true,
    },
    {
      name: "its container was told to stop",
      kill: async (sandbox) => void process.kill(await supervisorOf(engine, sandbox), "SIGTERM"),
      reason: /told to stop/,
      keepsFiles: true,
    },
  ];

  for (const { name, kill, reason, keepsFiles, frozen } of deaths) {
    it(`is told, and nothing is made up: ${name}`, async () => {
      await using(provider, specOf(context, { relay: true }), async (sandbox) => {
        const mark = token();
        sandbox.onConnection((connection) => connection.destroy());
        const finished = await run(sandbox, "echo kept >solution/kept; echo whole");
        const execution = await sandbox.exec({ argv: ["bash", "-c", `echo part; sleep ${mark}`], user: "agent" });
        await until("it runs", () => hostProcesses(mark).length > 0);
        const waiting = execution.wait();
        if (frozen === true) await sandbox.freeze();
        const startedAt = performance.now();
        await kill(sandbox);
        expect(await sandbox.ended).toMatchObject({ kind: "died", reason: expect.stringMatching(reason) as string });
        expect(performance.now() - startedAt).toBeLessThan(3000);
        expect(hostProcesses(mark)).toEqual([]);
        for (const result of [await waiting, await execution.wait(), await sandbox.execution(execution.id).wait()]) {
          expect(result).toMatchObject({ exitCode: null, signal: "SIGKILL", timedOut: false, outOfMemory: false });
        }
        expect(finished).toMatchObject({ exitCode: 0, stdout: "whole\n" });
        await expect(run(sandbox, "true")).rejects.toMatchObject({ code: "sandbox.gone" });
        await expect(sandbox.freeze()).rejects.toMatchObject({ code: "sandbox.gone" });
        await sandbox.endProcesses();
        if (keepsFiles) {
          expect(await sandbox.capture(kept, captureFolder(sandbox))).toMatchObject({ status: "captured" });
          expect(Buffer.from(await execution.readOutput("stdout", 0, 100)).toString()).toBe("part\n");
          const again = await provider.attach(sandbox.reference);
          expect(await again.ended).toMatchObject({ kind: "died" });
          expect(await again.execution(execution.id).wait()).toMatchObject({ exitCode: null });
          await again.detach();
        } else {
          const folder = captureFolder(sandbox);
          const error = await sandbox.capture(kept, folder).catch((thrown: unknown) => thrown);
          expect(RebenchError.is(error) ? error.code : error).toBe("sandbox.gone");
          await expect(sandbox.read("/home/agent/solution/kept", { maxBytes: 10 })).rejects.toMatchObject({
            code: "sandbox.gone",
          });
          await expect(execution.readOutput("stdout", 0, 10)).rejects.toMatchObject({ code: "sandbox.gone" });
          await expect(provider.attach(sandbox.reference)).rejects.toMatchObject({ code: "sandbox.gone" });
          expect(existsSync(folder)).toBe(false);
        }
      });
    });
  }

  it("of everything that takes memory leaves the sandbox and its answers", async () => {
    const resources = { ...smallResources, memoryMb: 64 };
    await using(provider, specOf(context, { resources }), async (sandbox) => {
      await run(sandbox, "echo kept >solution/kept");
      const hog = `perl -e 'my @all; push @all, "x" x 3e6 for 1..100; sleep 5'`;
      const results = await Promise.all([1, 2, 3, 4].map(() => run(sandbox, hog)));
      expect(results.filter(({ outOfMemory }) => outOfMemory).length).toBeGreaterThan(0);
      for (const result of results) expect(result).not.toMatchObject({ exitCode: 0 });
      expect(await run(sandbox, "echo after")).toMatchObject({ stdout: "after\n" });
    });
  });

  it("of the runner's own pipe is none: it is opened again", async () => {
    await using(provider, specOf(context), async (sandbox) => {
      const execution = await sandbox.exec({ argv: ["bash", "-c", "sleep 0.6; echo said; exit 3"], user: "agent" });
      const waiting = execution.wait();
      for (const { pid } of hostProcesses("rebench-inside\0attend")) {
        if (await isIn(engine, sandbox, pid)) process.kill(pid, "SIGKILL");
      }
      expect(await run(sandbox, "echo on")).toMatchObject({ stdout: "on\n" });
      expect(await waiting).toMatchObject({ exitCode: 3, stdoutBytes: 5 });
    });
  });
});

/** Whether a process is one of a sandbox's. */
async function isIn(engine: Engine, sandbox: Sandbox, pid: number): Promise<boolean> {
  const namespace = (of: number): string => {
    try {
      return readlinkSync(`/proc/${of}/ns/pid`);
    } catch {
      return "";
    }
  };
  return namespace(pid) === namespace(await supervisorOf(engine, sandbox));
}
