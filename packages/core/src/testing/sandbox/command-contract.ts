import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { finish, run, sharedSandbox, start, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token, until } from "./host-processes.ts";

export function commandContract(options: SandboxContractOptions): void {
  describe("commands", () => {
    const sandbox = sharedSandbox(options);

    it("report how they ended", async () => {
      const ended = async (script: string) => {
        const { exitCode, signal, timedOut, outOfMemory } = await run(sandbox(), script);
        return [exitCode, signal, timedOut, outOfMemory];
      };
      expect(await ended("exit 0")).toEqual([0, null, false, false]);
      expect(await ended("exit 42")).toEqual([42, null, false, false]);
      expect(await ended("kill -TERM $$")).toEqual([null, "SIGTERM", false, false]);
      const missing = await finish(await sandbox().exec({ argv: ["no-such-program"], user: "agent" }));
      expect(missing.exitCode).toBe(127);
      expect(missing.stderr).toContain("no-such-program");
    });

    it("have arguments, input, folder and environment as told and nothing of the host's", async () => {
      process.env["REBENCH_CONTRACT_SECRET"] = "secret";
      const execution = await sandbox().exec({
        argv: ["sh", "-c", 'printf "%s|" "$@"; cat; pwd; env', "sh", "a b", "", "$HOME", "'q'"],
        user: "agent",
        cwd: "/usr",
        stdin: "from stdin\n",
        environment: { EXTRA: "with = and\nline" },
      });
      const { stdout } = await finish(execution);
      expect(stdout).toContain("a b||$HOME|'q'|from stdin\n/usr\n");
      expect(stdout).toContain("EXTRA=with = and\nline\n");
      expect(stdout).not.toContain("REBENCH_CONTRACT_SECRET");
      for (const name of [
        "PATH",
        "HOME",
        "LANG",
        "TMPDIR",
        "REBENCH_SOLUTION",
        "REBENCH_INSTRUCTIONS",
        "REBENCH_SOCKET",
      ]) {
        expect(stdout).toMatch(new RegExp(`^${name}=.`, "m"));
      }
    });

    it("end at their limit with everything that they started", async () => {
      const marks = [token(), token(), token()];
      const { timedOut, exitCode } = await run(
        sandbox(),
        `trap "" TERM; setsid sleep ${marks[0]} & (setsid sh -c "sleep ${marks[1]} & exec sleep ${marks[2]}" &) ; sleep 0.2; sleep ${marks[2]}`,
        { timeoutMs: 600 },
      );
      expect(timedOut).toBe(true);
      expect(exitCode).toBeNull();
      expect(marks.flatMap((mark) => hostProcesses(mark))).toEqual([]);
    });

    it("are killed one by one", async () => {
      const [one, other] = [token(), token()];
      const kept = await start(sandbox(), `setsid sleep ${other} & sleep ${other}`);
      const killed = await start(sandbox(), `setsid sleep ${one} & sleep ${one}`);
      await until("both run", () => hostProcesses(one).length >= 2 && hostProcesses(other).length >= 2);
      await killed.kill();
      expect((await killed.wait()).exitCode).toBeNull();
      expect(hostProcesses(one)).toEqual([]);
      expect(hostProcesses(other).length).toBeGreaterThanOrEqual(2);
      await kept.kill();
      await killed.kill();
    });

    it("can be read from any offset while they run", async () => {
      const execution = await start(sandbox(), "printf first; sleep 0.4; printf second; head -c 3000000 /dev/zero");
      const read = async (offset: number): Promise<string> =>
        Buffer.from(await execution.readOutput("stdout", offset, 6)).toString();
      await until("the first part is there", async () => (await read(0)) === "first");
      expect(await read(5)).toBe("");
      const result = await execution.wait();
      expect(await read(5)).toBe("second");
      expect(await read(1_000_000)).toHaveLength(6);
      expect(result.stdoutBytes).toBe(3_000_011);
      expect((await execution.readOutput("stdout", 3_000_011, 10)).length).toBe(0);
    });

    it("go on in what they left behind in the background", async () => {
      const mark = token();
      expect((await run(sandbox(), `sleep ${mark} >/dev/null 2>&1 &`)).exitCode).toBe(0);
      // While it becomes another program it has no command line.
      await until("it is there", () => hostProcesses(mark).length > 0);
      await sandbox().endProcesses();
      expect(hostProcesses(mark)).toEqual([]);
      expect((await run(sandbox(), "echo still here")).stdout).toBe("still here\n");
    });

    it("outlive whoever started them, and can be taken over", async () => {
      const execution = await start(sandbox(), "sleep 0.5; echo done; exit 3");
      const other = await options.provider.attach(sandbox().reference);
      const taken = other.execution(execution.id);
      expect((await taken.wait()).exitCode).toBe(3);
      expect(Buffer.from(await taken.readOutput("stdout", 0, 100)).toString()).toBe("done\n");
      await other.detach();
      expect((await execution.wait()).exitCode).toBe(3);
    });

    it("stop being waited for when the wait is given up", async () => {
      const execution = await start(sandbox(), "sleep 5");
      const abort = new AbortController();
      const waiting = execution.wait({ signal: abort.signal });
      await sleep(20);
      abort.abort(new Error("given up"));
      await expect(waiting).rejects.toThrow("given up");
      await execution.kill();
    });
  });
}
