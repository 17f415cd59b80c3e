import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run, sharedSandbox, skipUnless, start, type SandboxContractOptions } from "./contract-setting.ts";
import { hostProcesses, token, until } from "./host-processes.ts";

export function isolationContract(options: SandboxContractOptions): void {
  describe("isolation", () => {
    const hidden = mkdtempSync(join(tmpdir(), "rebench-hidden-"));
    writeFileSync(join(hidden, "answers"), "42");
    afterAll(() => rmSync(hidden, { recursive: true, force: true }));
    const sandbox = sharedSandbox(options, { protectedPaths: [hidden] });
    const { files, network, processes, users } = options.expect;

    it("hides protected folders and the supervisor's own", async (context) => {
      skipUnless(context, files, `level ${options.level} shares the host's files`);
      const { directory } = sandbox().reference;
      const paths = [hidden, directory, ...readdirSync(directory).map((name) => join(directory, name))];
      const read = paths
        .map((path) => `cat '${path}' '${path}/answers' 2>/dev/null; ls '${path}/' 2>/dev/null`)
        .join("; ");
      // Where the path does not exist inside, what is written is the agent's own.
      const write = paths
        .map((path) => `mkdir -p '${path}'; echo taken >'${path}'; echo taken >'${path}/answers'`)
        .join("; ");
      for (const user of ["agent", "harness"] as const) {
        expect((await run(sandbox(), `${read}; true`, { user })).stdout).toBe("");
      }
      await run(sandbox(), `(${write}) 2>/dev/null`);
      expect(readdirSync(hidden)).toEqual(["answers"]);
      expect(readFileSync(join(hidden, "answers"), "utf8")).toBe("42");
      expect(existsSync(join(directory, "answers"))).toBe(false);
      expect((await run(sandbox(), "echo well")).stdout).toBe("well\n");
    });

    it("gives the agent no way to its output but the open one", async (context) => {
      skipUnless(context, users, `level ${options.level} has one user`);
      const { stderr, stdout } = await run(
        sandbox(),
        "echo before; cat <&1; cat /proc/self/fd/1; echo x >/proc/self/fd/1; true",
      );
      expect(stdout).toBe("before\n");
      expect(stderr).toContain("ermission denied");
    });

    it("keeps the agent from the harness's files and processes", async (context) => {
      skipUnless(context, users, `level ${options.level} has one user`);
      const { harness } = sandbox().layout;
      await sandbox().write([
        { path: `${harness}/secret`, content: "secret", mode: 0o600, owner: "harness" },
        { path: `${harness}/public`, content: "public\n", mode: 0o644, owner: "harness" },
      ]);
      const mark = token();
      const execution = await start(sandbox(), `sleep ${mark}`, { user: "harness" });
      await until("the harness runs", () => hostProcesses(mark).length > 0);
      const { stdout } = await run(
        sandbox(),
        `cat ${harness}/secret ${harness}/public; echo x >${harness}/mine; kill -9 -1; for p in /proc/[0-9]*; do kill -9 "\${p#/proc/}"; done`,
      );
      expect(stdout).toBe("public\n");
      expect(hostProcesses(mark).length).toBeGreaterThan(0);
      expect((await run(sandbox(), `cat ${harness}/secret`, { user: "harness" })).stdout).toBe("secret");
      await execution.kill();
    });

    it("gives no privileges, nor a way to gain them", async (context) => {
      skipUnless(context, processes, `level ${options.level} is the caller`);
      const { stdout } = await run(
        sandbox(),
        "id -u; grep -E '^(CapEff|CapPrm|CapInh|NoNewPrivs)' /proc/self/status | tr -d '\\t'",
      );
      expect(stdout).not.toMatch(/^0$/m);
      expect(stdout).toContain(
        "CapInh:0000000000000000\nCapPrm:0000000000000000\nCapEff:0000000000000000\nNoNewPrivs:1\n",
      );
    });

    it("shows no process of the host, and can signal none", async (context) => {
      skipUnless(context, processes && network, `level ${options.level} shares the host's process table`);
      const { stdout } = await run(sandbox(), `kill -9 ${process.pid}; ls -d /proc/[0-9]* | wc -l`);
      expect(Number(stdout)).toBeLessThan(12);
    });

    it("has no network, not even the host's loopback", async (context) => {
      skipUnless(context, network, `level ${options.level} shares the host's network`);
      const server = createServer((socket) => socket.end("reached"));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      try {
        const { stdout } = await run(
          sandbox(),
          `tail -n +2 /proc/net/route; bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3' 2>/dev/null; true`,
        );
        expect(stdout).toBe("");
      } finally {
        server.close();
      }
    });

    it("has memory-backed scratch space for both users, and private temporary files", async () => {
      const { sharedMemory } = sandbox().layout;
      const script = `echo one >${sharedMemory}/$0 && stat -f -c %T ${sharedMemory} && echo x >"$TMPDIR/$0" && echo ok`;
      for (const user of ["agent", "harness"] as const) {
        const { stdout } = await run(sandbox(), script.replaceAll("$0", user), { user });
        expect(stdout).toBe("tmpfs\nok\n");
      }
    });

    it("cannot write what it is given to read", async (context) => {
      skipUnless(context, files || users, `level ${options.level} is the caller`);
      const { task, tools, socket } = sandbox().layout;
      const script = `for place in ${task} ${tools} $(dirname ${socket}) /usr /etc /; do touch "$place/x" 2>/dev/null && echo "$place"; done; true`;
      expect((await run(sandbox(), script)).stdout).toBe("");
    });
  });
}
