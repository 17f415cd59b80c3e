import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { run, sharedSandbox, type SandboxContractOptions } from "./contract-setting.ts";

export function relayContract(options: SandboxContractOptions): void {
  describe("relay", () => {
    const sandbox = sharedSandbox(options, { relay: true });
    const seen: string[] = [];

    it("says at once that no runner is attached", async () => {
      const { exitCode, stderr, stdout } = await run(sandbox(), "budget");
      expect({ exitCode, said: `${stdout}${stderr}` }).toMatchObject({ exitCode: 75 });
      expect(`${stdout}${stderr}`).toMatch(/no runner is attached/i);
    });

    describe("with a runner", () => {
      beforeAll(() => {
        const server = answeringServer(seen);
        sandbox().onConnection((connection: Duplex) => server.emit("connection", connection));
      });

      it("carries the commands that every sandbox has", async () => {
        expect(await run(sandbox(), "score")).toMatchObject({ stdout: "POST /score \n", exitCode: 0 });
        expect(await run(sandbox(), "score-log --json")).toMatchObject({ exitCode: 0 });
        expect(await run(sandbox(), "budget")).toMatchObject({ stdout: "GET /budget \n", exitCode: 0 });
        expect(await run(sandbox(), "echo piped | note")).toMatchObject({
          stdout: "POST /note piped\n\n",
          exitCode: 0,
        });
        expect(await run(sandbox(), "note two words")).toMatchObject({ stdout: "POST /note two words\n", exitCode: 0 });
        expect(await run(sandbox(), "submit fail")).toMatchObject({ exitCode: 1 });
        expect(seen).toContain("GET /score-log ");
      });

      it("carries a megabyte each way, and many connections at a time", async () => {
        const client = `
          const { request } = require("node:http");
          const body = Buffer.alloc(1048576, "abcdefg");
          const once = () => new Promise((resolve, reject) => {
            const call = request({ socketPath: process.env.REBENCH_SOCKET, method: "POST", path: "/echo" }, (response) => {
              const parts = [];
              response.on("data", (part) => parts.push(part)).on("end", () => resolve(Buffer.concat(parts).equals(body)));
            });
            call.on("error", reject);
            call.end(body);
          });
          Promise.all(Array.from({ length: 8 }, once)).then((all) => console.log(all.join(" ")));
        `;
        await sandbox().write([
          { path: `${sandbox().layout.home}/client.cjs`, content: client, mode: 0o644, owner: "agent" },
        ]);
        // The tools name the Node that the sandbox has; where they need none it is on the PATH.
        const { stdout, stderr } = await run(
          sandbox(),
          `node=$(sed -n "s/^exec '\\([^']*\\)'.*/\\1/p" "$(command -v score)"); "\${node:-node}" client.cjs`,
        );
        expect({ stdout, stderr }).toEqual({ stdout: `${Array(8).fill("true").join(" ")}\n`, stderr: "" });
      });
    });
  });
}

function answeringServer(seen: string[]): Server {
  return createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url === "/echo") {
        response.end(body);
        return;
      }
      const text = `${request.method} ${request.url} ${body.toString()}`;
      seen.push(text);
      response.end(JSON.stringify({ ok: !text.includes("fail"), text }));
    });
  });
}
