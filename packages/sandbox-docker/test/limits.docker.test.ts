import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { afterAll, describe, expect, it } from "vitest";
import { readDescription } from "../src/description.ts";
import type { Engine } from "../src/engine/connect.ts";
import { createProvider } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { captureFolder, contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

const kept = { entries: [{ path: "kept", kind: "file", required: true, maxBytes: 100 }], maxFiles: 1 } as const;
const noDeadlines = { workingEndsAt: null, wallEndsAt: null };

/** Processes of a container, counted by the kernel. */
async function countProcesses(engine: Engine, sandbox: Sandbox): Promise<number> {
  const container = (await readDescription(sandbox.reference.directory))?.container ?? "";
  const pid = (await engine.containers.state(container))?.pid;
  const groups = readFileSync(`/proc/${pid}/cgroup`, "latin1");
  const path = /^\d+:pids:(.*)$/m.exec(groups)?.[1];
  const folder = path === undefined ? `/sys/fs/cgroup${/^0::(.*)$/m.exec(groups)?.[1]}` : `/sys/fs/cgroup/pids${path}`;
  return Number(readFileSync(`${folder}/pids.current`, "latin1"));
}

withEngine("limits", (engine) => {
  const scope = testScope("limits");
  const context = contextOf();
  const provider = testProvider(scope);
  const bomb = "bomb() { bomb | bomb & }; bomb; sleep 100";

  describe("a fork bomb", () => {
    const resources = { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 };

    it("takes no more than its share, and everything still works", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const execution = await sandbox.exec({ argv: ["bash", "-c", bomb], user: "agent" });
        await until("it fills its share", async () => (await countProcesses(engine, sandbox)) > 55);
        // Frozen and thawed in the middle of it.
        await sandbox.freeze();
        await sandbox.thaw({ workingEndsAt: Date.now() + 60_000, wallEndsAt: null });
        for (let round = 0; round < 5; round++) {
          expect(await countProcesses(engine, sandbox)).toBeLessThanOrEqual(67);
          await sleep(50);
        }
        // A command in the middle of it gets an end, whatever it is.
        const amid = await run(sandbox, "echo amid");
        expect(amid.stdout === "amid\n" || amid.exitCode !== 0).toBe(true);
        await sandbox.endProcesses();
        expect((await execution.wait()).exitCode).not.toBe(0);
        expect(await run(sandbox, "echo after")).toMatchObject({ stdout: "after\n", exitCode: 0 });
        expect(await countProcesses(engine, sandbox)).toBeLessThan(8);
      });
    });

    it("ends at a command's limit, and at the deadline", async () => {
      const mark = token();
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const timed = await run(sandbox, `: ${mark}; ${bomb}`, { timeoutMs: 700 });
        expect(timed).toMatchObject({ timedOut: true, exitCode: null });
        expect(await run(sandbox, "echo after")).toMatchObject({ stdout: "after\n" });
        await sandbox.exec({ argv: ["bash", "-c", `: ${mark}; ${bomb}`], user: "agent" });
        await until("it fills its share", async () => (await countProcesses(engine, sandbox)) > 55);
        const at = Date.now() + 300;
        await sandbox.setDeadlines({ workingEndsAt: at, wallEndsAt: null });
        expect(await sandbox.ended).toEqual({ kind: "deadline", limit: "working", at });
        await until("nothing runs", () => hostProcesses(mark).length === 0, 2000);
      });
    });

    it("takes more where the limit is another", async () => {
      // Not without one: that would be this machine's end, not the test's.
      const off = createProvider({ scope }, { profile: (profile) => ({ ...profile, PidsLimit: 160 }) });
      await using(off, specOf(context, { resources }), async (sandbox) => {
        await sandbox.exec({ argv: ["bash", "-c", bomb], user: "agent" });
        await until("it takes more than 67", async () => (await countProcesses(engine, sandbox)) > 100);
      });
    });
  });

  describe("memory", () => {
    const resources = { cpus: 1, memoryMb: 128, diskMb: 64, pids: 64, sharedMemoryMb: 24 };
    const hog = `perl -e '$SIG{$_} = "IGNORE" for qw(TERM INT HUP USR1); my @all; push @all, "x" x 5e6 for 1..200; sleep 9'`;

    it("is the hog's own trouble, also from a grandchild that heeds no signal", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const spared = run(sandbox, "sleep 2; echo spared");
        const harness = run(sandbox, "sleep 2; echo spared", { user: "harness" });
        for (const script of [
          hog,
          `trap "" TERM INT HUP; (${hog}); sleep 30`,
          `trap "" TERM; setsid bash -c "${hog.replaceAll('"', '\\"').replaceAll("$", "\\$")} & wait; sleep 30" & wait; sleep 30`,
        ]) {
          const result = await run(sandbox, script);
          expect({ script, ...result }).toMatchObject({ outOfMemory: true });
          expect({ script, ...result }).not.toMatchObject({ exitCode: 0 });
        }
        expect(await spared).toMatchObject({ stdout: "spared\n", outOfMemory: false, exitCode: 0 });
        expect(await harness).toMatchObject({ stdout: "spared\n", outOfMemory: false, exitCode: 0 });
      });
    });

    it("that is shared is bounded, too", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const full = await run(sandbox, "head -c 60000000 /dev/zero >/dev/shm/file; stat -c %s /dev/shm/file");
        expect(Number(full.stdout)).toBeLessThanOrEqual(24 * 2 ** 20);
        expect(full.stderr).toContain("No space left on device");
        expect(full.outOfMemory).toBe(false);
        expect(await run(sandbox, "rm /dev/shm/file; echo after")).toMatchObject({ stdout: "after\n" });
      });
    });

    it("has no limit where none is set", async () => {
      const off = createProvider({ scope }, { profile: ({ Memory: _, MemorySwap: __, ...profile }) => profile });
      await using(off, specOf(context, { resources }), async (sandbox) => {
        const bounded = `perl -e 'my $all = "x" x 300e6; print length $all'`;
        expect(await run(sandbox, bounded)).toMatchObject({ stdout: "300000000", outOfMemory: false });
      });
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        expect(await run(sandbox, `perl -e 'my $all = "x" x 300e6; print length $all'`)).toMatchObject({
          outOfMemory: true,
          stdout: "",
        });
      });
    });
  });

  it("an agent that leaves no room for one more process cannot keep a command from its end", async () => {
    const resources = { cpus: 1, memoryMb: 64, diskMb: 64, pids: 24 };
    await using(provider, specOf(context, { resources }), async (sandbox) => {
      const fill = "exec perl -e 'while (defined(my $child = fork)) { $child or sleep 1000 } sleep 1000'";
      expect(await run(sandbox, fill, { timeoutMs: 1000 })).toMatchObject({ timedOut: true, exitCode: null });
      expect(await run(sandbox, "echo after")).toMatchObject({ stdout: "after\n" });
    });
  });

  describe("a full disk", () => {
    const resources = { cpus: 1, memoryMb: 256, diskMb: 12, pids: 64 };
    const fill = (folder: string): string =>
      `for i in 1 2 3 4; do head -c 5000000 /dev/zero >${folder}/part$i; sync ${folder}/part$i; done`;

    for (const [where, script] of [
      ["/tmp", fill("/tmp")],
      ["a folder that only its owner enters", `mkdir -m 700 dark; ${fill("dark")}`],
      [
        "a folder that nobody enters any more",
        "mkdir dark; cd dark; exec 3>a 4>b 5>c; chmod 0 .; for i in 3 4 5; do head -c 5000000 /dev/zero >&$i; done",
      ],
      ["a folder within folders within folders", `d=$(printf 'a/%.0s' {1..300}); mkdir -p $d; cd $d; ${fill(".")}`],
      ["many small files", "mkdir many; cd many; for i in $(seq 1 3500); do echo >$i; done"],
      ["what a command prints", "head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2"],
    ] as const) {
      it(`ends it, with everything kept: ${where}`, async () => {
        await using(provider, specOf(context, { resources }), async (sandbox) => {
          const mark = token();
          await run(sandbox, "echo kept >solution/kept");
          await sandbox.exec({ argv: ["bash", "-c", `${script}; : ${mark}; sleep 100`], user: "agent" });
          const end = await Promise.race([sandbox.ended, sleep(20_000, null, { ref: false })]);
          expect(end).toMatchObject({ kind: "disk" });
          expect(hostProcesses(mark)).toEqual([]);
          expect(await sandbox.capture(kept, captureFolder(sandbox))).toMatchObject({ status: "captured" });
        });
      });
    }

    // The watcher goes by names, and may not look into the agent's processes.
    it.fails("ends it: files without a name", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const script = "exec 3>a 4>b 5>c; rm a b c; for i in 3 4 5; do head -c 5000000 /dev/zero >&$i; done; sleep 100";
        await sandbox.exec({ argv: ["bash", "-c", script], user: "agent" });
        expect(await Promise.race([sandbox.ended, sleep(4000)])).toMatchObject({ kind: "disk" });
      });
    });

    it("is not met by one file that grows, which is bounded by itself", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const size = `head -c 40000000 /dev/zero >/tmp/large; stat -c %s /tmp/large; rm /tmp/large`;
        const stubborn = `trap "" XFSZ; ${size}`;
        for (const script of [size, stubborn]) {
          expect(Number((await run(sandbox, script)).stdout)).toBeLessThanOrEqual(12 * 2 ** 20);
        }
      });
      const off = createProvider({ scope }, { profile: (profile) => ({ ...profile, Ulimits: [] }) });
      await using(off, specOf(context, { resources: { ...resources, diskMb: 60 } }), async (sandbox) => {
        const size = await run(sandbox, "perl -e 'truncate STDOUT, 2**40' >sparse; stat -c %s sparse");
        expect(Number(size.stdout)).toBe(2 ** 40);
      });
    });

    it("does not end what stays below it", async () => {
      await using(provider, specOf(context, { resources }), async (sandbox) => {
        const script =
          "head -c 7500000 /dev/zero >file; rm file; head -c 7500000 /dev/zero >/tmp/file; sleep 1.5; echo well";
        expect(await run(sandbox, script)).toMatchObject({ stdout: "well\n" });
        await sandbox.freeze();
        await sandbox.thaw(noDeadlines);
        expect(await run(sandbox, "rm /tmp/file; echo well")).toMatchObject({ stdout: "well\n" });
      });
    });
  });
});
