import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildProgram } from "./build-program.ts";

const folder = mkdtempSync(join(tmpdir(), "rebench-tools-"));
const built = buildProgram({ folder, sanitized: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const socketPath = join(folder, "socket");

describe("tools", () => {
  let server: Server;
  let reply: (request: string) => { readonly status?: number; readonly body: string };

  beforeEach(async (context) => {
    if (built.kind === "missing") return context.skip(built.reason);
    reply = (request) => ({ body: JSON.stringify({ ok: true, text: request }) });
    server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const { status = 200, body: answer } = reply(`${request.method} ${request.url} ${body.toString()}`);
        response.writeHead(status).end(answer);
      });
    });
    server.listen(socketPath);
    await once(server, "listening");
  });
  afterEach(() => {
    server?.close();
  });

  async function tool(words: readonly string[], input: string | null = null, program?: string) {
    if (built.kind === "missing") throw new Error(built.reason);
    const child = spawn(program ?? built.path, [...words], { env: { REBENCH_SOCKET: socketPath } });
    child.stdin.on("error", () => undefined);
    if (input !== null) child.stdin.end(input);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { stdout, stderr, code: code as number };
  }

  it("go to their routes, under whichever name they are called", async () => {
    expect(await tool(["score"])).toEqual({ stdout: "POST /score \n", stderr: "", code: 0 });
    expect((await tool(["score-log"])).stdout).toBe("GET /score-log \n");
    expect((await tool(["budget"])).stdout).toBe("GET /budget \n");
    expect((await tool(["submit", "now", "please"])).stdout).toBe("POST /submit now please\n");
    if (built.kind === "built") symlinkSync(built.path, join(folder, "note"));
    expect((await tool(["two  words"], null, join(folder, "note"))).stdout).toBe("POST /note two  words\n");
  });

  it("take standard input where a text is asked for and none is given", async () => {
    expect((await tool(["note"], "piped\n")).stdout).toBe("POST /note piped\n\n");
    expect((await tool(["service", "grade"], "x".repeat(300_000))).stdout).toBe(
      `POST /services/grade ${"x".repeat(300_000)}\n`,
    );
    expect((await tool(["service", "grade", "a", "b"])).stdout).toBe("POST /services/grade a b\n");
    expect((await tool(["service", "a b\r\nx: y", "-"])).stdout).toBe("POST /services/a%20b%0D%0Ax%3A%20y -\n");
  });

  it("print the answer as it came when asked for JSON", async () => {
    reply = () => ({ body: '{"ok":true, "text":"t", "score":1e-3}\n\n' });
    expect(await tool(["score", "--json"])).toMatchObject({
      stdout: '{"ok":true, "text":"t", "score":1e-3}\n',
      code: 0,
    });
  });

  it("say by their exit code how it went", async () => {
    reply = () => ({ status: 400, body: '{"ok":false,"text":"No."}' });
    expect(await tool(["submit"])).toMatchObject({ stdout: "No.\n", code: 1 });
    reply = () => ({ status: 503, body: '{"ok":false,"text":"Too many connections."}' });
    expect(await tool(["submit"])).toMatchObject({ stdout: "Too many connections.\n", code: 75 });
    reply = () => ({ body: "<html>" });
    expect(await tool(["submit"])).toMatchObject({ stderr: "The runner's answer cannot be read (200).\n", code: 1 });
    server.close();
    await once(server, "close");
    expect(await tool(["submit"])).toMatchObject({ stderr: "No runner is attached.\n", code: 75 });
  });

  it("read texts as JavaScript writes them", async () => {
    const said = ["ä€😀\u0000\n", "cut \ud83d", "\udc00 cut", "\\ud83d", "\ud83d\ud83d\ude00"];
    for (const one of said) {
      reply = () => ({ body: JSON.stringify({ ok: true, text: one }) });
      expect((await tool(["score"])).stdout).toBe(`${one.toWellFormed()}\n`);
    }
    const long = "0123456789".repeat(200_000);
    reply = () => ({ body: JSON.stringify({ ok: true, text: long }) });
    expect((await tool(["score"])).stdout).toBe(`${long}\n`);
  });

  it("notice when the answer breaks off", async () => {
    server.close();
    await once(server, "close");
    for (const answer of ["", "HTTP/1.1 200 OK\r\n", 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"ok":true}']) {
      const broken = createSocketServer((socket) =>
        socket
          .on("error", () => undefined)
          .resume()
          .end(answer),
      ).listen(socketPath);
      await once(broken, "listening");
      expect(await tool(["score"])).toMatchObject({ stderr: "The runner went away before it answered.\n", code: 75 });
      broken.close();
      await once(broken, "close");
    }
  });
});
