import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { run, sharedSandbox, start, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token, until } from "./host-processes.ts";

const noDeadlines = { workingEndsAt: null, wallEndsAt: null };

export function freezeContract(options: SandboxContractOptions): void {
  describe("freezing", () => {
    const sandbox = sharedSandbox(options);
    const size = async (name: string): Promise<number> =>
      (await sandbox().read(`${sandbox().layout.home}/${name}`, { maxBytes: 1 << 24 })).length;

    it("stops everything until it is thawed", async () => {
      const counter = await start(
        sandbox(),
        "(setsid sh -c 'while :; do echo >>count; done' &); while :; do echo >>count; done",
      );
      await until("it counts", async () => (await size("count").catch(() => 0)) > 10);
      await sandbox().freeze();
      const [bytes, cpu] = [await size("count"), await sandbox().cpuSeconds()];
      await sleep(400);
      expect(await size("count")).toBe(bytes);
      expect((await sandbox().cpuSeconds()) - cpu).toBeLessThan(0.15);
      await sandbox().freeze();
      await sandbox().thaw(noDeadlines);
      await until("it counts again", async () => (await size("count")) > bytes);
      await sandbox().endProcesses();
      await counter.wait();
    });

    it("stops what forks as fast as it can", async () => {
      const mark = token();
      const storm = `while :; do ( ( : ${mark} ) & ) ; ( : ) & done`;
      const execution = await start(sandbox(), `sh -c '${storm}' & sh -c '${storm}' & wait`);
      await sleep(150);
      for (let round = 0; round < 3; round++) {
        await sandbox().freeze();
        const before = hostProcesses(mark).map(({ pid }) => pid);
        await sleep(60);
        const after = hostProcesses(mark).filter(({ pid }) => !isCarrier(pid));
        // Stopped by a signal, or held by the kernel's freezer.
        expect(after.filter(({ state }) => state !== "T" && state !== "D")).toEqual([]);
        expect(hostProcesses(mark).map(({ pid }) => pid)).toEqual(before);
        await sandbox().thaw(noDeadlines);
        await sleep(30);
      }
      await sandbox().endProcesses();
      expect(hostProcesses(mark)).toEqual([]);
      await execution.wait();
    });

    it("does not count against a command's limit", async () => {
      const execution = await start(sandbox(), "sleep 0.3; echo in time", { timeoutMs: 900 });
      await sandbox().freeze();
      await sleep(1100);
      await sandbox().thaw(noDeadlines);
      expect(await execution.wait()).toMatchObject({ timedOut: false, exitCode: 0 });
    });

    it("holds back a command that is given meanwhile", async () => {
      await sandbox().freeze();
      let begun = false;
      const starting = run(sandbox(), "echo ran").then((result) => {
        begun = true;
        return result.stdout;
      });
      await sleep(150);
      expect(begun).toBe(false);
      await sandbox().thaw(noDeadlines);
      expect(await starting).toBe("ran\n");
    });
  });
}

/** What carries a command in from outside, and is no process of the agent's. */
function isCarrier(pid: number): boolean {
  return hostProcesses("nsenter").some((found) => found.pid === pid);
}
