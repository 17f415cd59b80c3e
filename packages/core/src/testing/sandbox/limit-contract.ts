import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, skipUnless, withSandbox, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token } from "./host-processes.ts";

export function limitContract(options: SandboxContractOptions): void {
  describe("limits", () => {
    it("bounds the number of processes", async (context) => {
      skipUnless(context, options.expect.processes, `level ${options.level} shares its user's processes`);
      const resources = { cpus: 1, memoryMb: 512, diskMb: 64, pids: 24 };
      await withSandbox(options, { resources }, async (sandbox) => {
        const mark = token();
        const { stderr } = await run(sandbox, `i=0; while [ $i -lt 60 ]; do sleep ${mark} & i=$((i+1)); done`);
        expect(stderr).toMatch(/fork/i);
        expect(hostProcesses(mark).length).toBeLessThanOrEqual(24);
        await sandbox.endProcesses();
        expect(hostProcesses(mark)).toEqual([]);
        expect((await run(sandbox, "echo alive")).stdout).toBe("alive\n");
      });
    });

    it("ends the command that uses too much memory, and says so", async () => {
      const resources = { cpus: 1, memoryMb: 96, diskMb: 64, pids: 64 };
      await withSandbox(options, { resources }, async (sandbox) => {
        const small = run(sandbox, "sleep 1.5; echo spared");
        const large = await run(sandbox, "head -c 300000000 /dev/zero | tail -c 299999999 | (sleep 1; wc -c)");
        expect(large.outOfMemory).toBe(true);
        expect(large.exitCode).not.toBe(0);
        expect(await small).toMatchObject({ stdout: "spared\n", outOfMemory: false });
      });
    });

    it("bounds a file, and ends with everything kept when the disk is full", async () => {
      const resources = { cpus: 1, memoryMb: 512, diskMb: 24, pids: 64 };
      const folder = mkdtempSync(join(tmpdir(), "rebench-disk-"));
      await withSandbox(options, { resources }, async (sandbox) => {
        const one = await run(sandbox, "head -c 40000000 /dev/zero >large; stat -c %s large; rm large");
        expect(Number(one.stdout)).toBeLessThanOrEqual(24 * 2 ** 20);
        const mark = token();
        const full = run(
          sandbox,
          `echo kept >solution/kept; for i in 1 2 3 4; do head -c 10000000 /dev/zero >part$i; done; sleep ${mark}`,
        ).catch(() => null);
        expect(await sandbox.ended).toMatchObject({ kind: "disk" });
        await full;
        expect(hostProcesses(mark)).toEqual([]);
        const contract = {
          entries: [{ path: "kept", kind: "file", required: true, maxBytes: 100 }],
          maxFiles: 1,
        } as const;
        expect(await sandbox.capture(contract, join(folder, "captured"))).toMatchObject({ status: "captured" });
      });
      rmSync(folder, { recursive: true });
    });
  });
}
