import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { makeSpec, run, skipUnless, start, withSandbox, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token, until } from "./host-processes.ts";
import { leaveOrphan } from "./killed-runner.ts";

const logContract = {
  entries: [{ path: "log", kind: "file", required: true, maxBytes: 1 << 26 }],
  maxFiles: 1,
} as const;

/** Writes the time again and again, in every way that a process can try to outlive its parents. */
function stubbornWriters(mark: string): string {
  const write = `trap "" TERM HUP INT QUIT; while :; do date +%s%3N >>solution/log; sleep 0.01; done; : ${mark}`;
  return `setsid sh -c '${write}' & (setsid sh -c '(${write}) &' &) ; nohup sh -c '${write}' >/dev/null 2>&1 & wait`;
}

export function deadlineContract(options: SandboxContractOptions): void {
  describe("deadlines", () => {
    for (const limit of ["workingEndsAt", "wallEndsAt"] as const) {
      it(`hold without a runner, and nothing is written after ${limit}`, async () => {
        const { spec, remove } = makeSpec();
        const mark = token();
        const orphan = await leaveOrphan({
          providerModule: options.providerModule,
          spec,
          script: stubbornWriters(mark),
          deadline: { limit, inMs: 900 },
          frozen: false,
        });
        await until("the writers run", () => hostProcesses(mark).length >= 3);
        await until("the deadline has passed", () => Date.now() > (orphan.at ?? 0) + 700);
        expect(hostProcesses(mark)).toEqual([]);

        const sandbox = await options.provider.attach(orphan.reference);
        try {
          const kind = limit === "wallEndsAt" ? "wall" : "working";
          expect(await sandbox.ended).toEqual({ kind: "deadline", limit: kind, at: orphan.at });
          expect((await sandbox.execution(orphan.execution).wait()).exitCode).toBeNull();
          await expect(start(sandbox, "true")).rejects.toMatchObject({ code: "sandbox.gone" });
          const captured = join(spec.directory, "captured");
          expect(await sandbox.capture(logContract, captured)).toMatchObject({ status: "captured" });
          const times = readFileSync(join(captured, "log"), "utf8").trim().split("\n").map(Number);
          expect(times.length).toBeGreaterThan(10);
          expect(times.at(-1)).toBeGreaterThan((orphan.at ?? 0) - 400);
          expect(times.at(-1)).toBeLessThan((orphan.at ?? 0) + 400);
        } finally {
          await sandbox.destroy();
          remove();
        }
      });
    }

    it("for working time do not pass while frozen, those for wall time do", async () => {
      await withSandbox(options, {}, async (sandbox) => {
        await sandbox.setDeadlines({ workingEndsAt: Date.now() + 400, wallEndsAt: null });
        await sandbox.freeze();
        await sleep(700);
        await sandbox.thaw({ workingEndsAt: Date.now() + 10_000, wallEndsAt: null });
        expect((await run(sandbox, "echo alive")).stdout).toBe("alive\n");
        await sandbox.freeze();
        const at = Date.now() + 300;
        await sandbox.setDeadlines({ workingEndsAt: null, wallEndsAt: at });
        expect(await sandbox.ended).toEqual({ kind: "deadline", limit: "wall", at });
      });
    });

    it("can be taken back", async () => {
      await withSandbox(options, {}, async (sandbox) => {
        await sandbox.setDeadlines({ workingEndsAt: Date.now() + 300, wallEndsAt: null });
        await sandbox.setDeadlines({ workingEndsAt: null, wallEndsAt: null });
        await sleep(600);
        expect((await run(sandbox, "echo alive")).stdout).toBe("alive\n");
      });
    });

    it("leave an attempt that a killed runner froze to be thawed by the next", async (context) => {
      skipUnless(context, process.platform === "linux", "processes are looked up in /proc");
      const { spec, remove } = makeSpec();
      const mark = token();
      const orphan = await leaveOrphan({
        providerModule: options.providerModule,
        spec,
        script: `sleep 0.3; echo went on; : ${mark}`,
        deadline: { limit: "wallEndsAt", inMs: 60_000 },
        frozen: true,
      });
      const sandbox = await options.provider.attach(orphan.reference);
      try {
        await sleep(500);
        expect(hostProcesses(mark).length).toBeGreaterThan(0);
        await sandbox.thaw({ workingEndsAt: null, wallEndsAt: null });
        const execution = sandbox.execution(orphan.execution);
        expect((await execution.wait()).exitCode).toBe(0);
        expect(Buffer.from(await execution.readOutput("stdout", 0, 100)).toString()).toBe("went on\n");
      } finally {
        await sandbox.destroy();
        remove();
      }
    });
  });
}
