import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { findEngine } from "./connect.ts";

const folder = mkdtempSync(join(tmpdir(), "rebench-connect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));
let count = 0;

async function listen(server: Server): Promise<string> {
  const path = join(folder, `${++count}.sock`);
  servers.push(server.listen(path));
  await once(server, "listening");
  return `unix://${path}`;
}

const answering = () =>
  createHttpServer((request, response) => {
    response.setHeader("api-version", "1.41");
    response.end(request.url?.endsWith("/_ping") ? "OK" : "{}");
  });

async function refusal(address: string): Promise<unknown> {
  return findEngine([{ found: "the test", address }]).then(
    () => "it was taken for an engine",
    (error: unknown) => error,
  );
}

describe("an engine that does not answer", () => {
  it("is one where there is no socket, or nobody listens", async () => {
    expect(await refusal(`unix://${folder}/missing.sock`)).toMatchObject({
      code: "sandbox.no-engine",
      message: `no engine answers at the test (unix://${folder}/missing.sock): there is no such socket`,
      fix: expect.stringContaining("DOCKER_HOST") as string,
    });
    const closed = createServer();
    const address = await listen(closed);
    // What is left when an engine was killed.
    writeFileSync(join(folder, "file.sock"), "");
    closed.close();
    await once(closed, "close");
    expect(await refusal(`unix://${folder}/file.sock`)).toMatchObject({
      message: expect.stringContaining("nobody listens") as string,
    });
    expect(await refusal(address)).toMatchObject({ message: expect.stringContaining("no such socket") as string });
    expect(await refusal("tcp://127.0.0.1:1")).toMatchObject({
      message: expect.stringContaining("nobody listens") as string,
    });
  });

  it("is one that may not be spoken to", async (context) => {
    const address = await listen(answering());
    chmodSync(address.slice("unix://".length), 0);
    chmodSync(folder, 0o755);
    if (process.getuid?.() !== 0) return void expect(await refusal(address)).toMatchObject(denied);
    if (process.seteuid === undefined) context.skip("users cannot be changed here");
    process.seteuid?.(65534);
    try {
      expect(await refusal(address)).toMatchObject(denied);
    } finally {
      process.seteuid?.(0);
    }
  });
  const denied = { message: expect.stringContaining("permission denied; add yourself to its group") as string };

  it("is one that is silent, closes, or is something else", async () => {
    const silent = createServer(() => undefined);
    expect(await refusal(await listen(silent))).toMatchObject({
      message: expect.stringContaining("no answer within 3 s") as string,
    });
    const closing = createServer((socket) => socket.destroy());
    expect(await refusal(await listen(closing))).toMatchObject({ code: "sandbox.no-engine" });
    const noise = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await refusal(await listen(noise))).toMatchObject({ code: "sandbox.no-engine" });
    const missing = createHttpServer((_, response) => response.writeHead(404).end("no such page"));
    expect(await refusal(await listen(missing))).toMatchObject({ code: "sandbox.no-engine" });
    const other = createHttpServer((_, response) => response.end("<html>welcome</html>"));
    expect(await refusal(await listen(other))).toMatchObject({
      code: "sandbox.no-engine",
      message: expect.stringContaining("no container engine") as string,
    });
  });

  it("has an address", async () => {
    for (const address of ["there", "", "/var/run/docker.sock"]) {
      expect(await refusal(address)).toMatchObject({ code: "usage.docker-host" });
    }
  });

  it("is passed over for the next, and all are named where none is left", async () => {
    const missing = { found: "one", address: `unix://${folder}/missing.sock` };
    const there = { found: "two", address: await listen(answering()) };
    expect((await findEngine([missing, there])).location).toEqual(there);
    await expect(findEngine([missing, { ...missing, found: "three" }])).rejects.toMatchObject({
      message: expect.stringMatching(/one \(.*\): .*; three \(.*\): /) as string,
    });
    await expect(findEngine([])).rejects.toMatchObject({ message: "no container engine was found" });
  });
});
