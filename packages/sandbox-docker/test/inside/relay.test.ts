import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { createMultiplexer } from "@rebench/supervisor";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildProgram } from "./build-program.ts";

const folder = mkdtempSync(join(tmpdir(), "rebench-relay-"));
const built = buildProgram({ folder, sanitized: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "socket");
const windowBytes = 256 * 1024;

interface Relay {
  readonly child: ChildProcess;
  readonly connection: Duplex;
}

describe("relay", () => {
  const cleanUps: Array<() => void> = [];
  beforeEach((context) => {
    if (built.kind === "missing") context.skip(built.reason);
  });
  afterEach(() => cleanUps.splice(0).forEach((cleanUp) => cleanUp()));

  async function relay(
    onOpen: (stream: Duplex, channel: string) => void,
    entries: readonly string[] = ["--socket", `${path}=main`],
  ): Promise<Relay> {
    if (built.kind === "missing") throw new Error(built.reason);
    const before = statSync(path, { throwIfNoEntry: false })?.ino;
    const child = spawn(built.path, ["relay", ...entries], { stdio: ["pipe", "pipe", "inherit"] });
    const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
    connection.on("error", () => undefined);
    createMultiplexer(connection, (stream, channel) => {
      stream.on("error", () => undefined);
      onOpen(stream, channel);
    });
    cleanUps.push(() => child.kill());
    while (statSync(path, { throwIfNoEntry: false })?.ino === before) await sleep(5);
    return { child, connection };
  }

  async function dial(to: string | number = path): Promise<Socket> {
    const socket = connect({ ...(typeof to === "string" ? { path: to } : { port: to }), allowHalfOpen: true });
    socket.on("error", () => undefined);
    cleanUps.push(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  }

  it("carries a megabyte each way over many connections at once", async () => {
    await relay((stream) => stream.pipe(stream));
    const body = Buffer.alloc(1 << 20, "abcdefg");
    const echoed = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = await dial();
        const back = buffer(socket);
        socket.end(body);
        return (await back).equals(body);
      }),
    );
    expect(echoed).toEqual(Array(8).fill(true));
  });

  it("names the channel of each entry, and serves ports on the loopback", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as AddressInfo;
    free.close();
    const channels: string[] = [];
    await relay(
      (stream, channel) => {
        channels.push(channel);
        stream.pipe(stream);
      },
      ["--port", `${port}=models`, "--socket", `${path}=main`],
    );
    expect(statSync(path).mode & 0o777).toBe(0o666);
    for (const to of [port, path]) {
      const socket = await dial(to);
      const back = buffer(socket);
      socket.end("through");
      expect((await back).toString()).toBe("through");
    }
    expect(channels).toEqual(["models", "main"]);
  });

  it("keeps one direction open when the other has ended", async () => {
    await relay((stream) => {
      void buffer(stream).then((all) => stream.end(`heard ${all.toString()}`));
    });
    const socket = await dial();
    socket.end("all of it");
    expect((await buffer(socket)).toString()).toBe("heard all of it");
    await relay((stream) => stream.end("first word"));
    const other = await dial();
    expect((await buffer(other)).toString()).toBe("first word");
    expect(other.writable).toBe(true);
  });

  it("passes on that one side gave up", async () => {
    const streams: Duplex[] = [];
    await relay((stream) => streams.push(stream));
    const one = await dial();
    one.write("x");
    await expect.poll(() => streams.length).toBe(1);
    const closed = once(one, "close");
    streams[0]?.destroy();
    await Promise.race([closed, once(one, "end")]);

    const other = await dial();
    other.write("x");
    await expect.poll(() => streams.length).toBe(2);
    other.destroy();
    // What is written to nobody comes back as a reset.
    const failed = once(streams[1] as Duplex, "error");
    const writing = setInterval(() => streams[1]?.write(Buffer.alloc(1000)), 5);
    await failed;
    clearInterval(writing);
  });

  it("lets who does not read hold up itself alone, within the window", async () => {
    const streams: Duplex[] = [];
    await relay((stream) => streams.push(stream));
    const stuck = await dial();
    await expect.poll(() => streams.length).toBe(1);
    let accepted = 0;
    for (let part = 0; part < 64; part++) stuck.write(Buffer.alloc(64 * 1024, part), () => (accepted += 64 * 1024));
    await sleep(100);
    expect(accepted).toBeLessThan(3 * windowBytes);

    const lively = await dial();
    lively.end("through");
    await expect.poll(() => streams.length).toBe(2);
    expect((await buffer(streams[1] as Duplex)).toString()).toBe("through");

    stuck.end();
    const all = await buffer(streams[0] as Duplex);
    expect(all.length).toBe(64 * 64 * 1024);
    expect(all.every((byte, index) => byte === index >> 16)).toBe(true);
  });

  it("keeps for who does not read inside no more than the window", async () => {
    const streams: Duplex[] = [];
    await relay((stream) => streams.push(stream));
    const socket = await dial();
    socket.pause();
    await expect.poll(() => streams.length).toBe(1);
    const sent = Buffer.from(Array.from({ length: 4 << 20 }, (_, index) => (index * 7) >> 8));
    let accepted = 0;
    for (let offset = 0; offset < sent.length; offset += 64 * 1024) {
      streams[0]?.write(sent.subarray(offset, offset + 64 * 1024), () => (accepted += 64 * 1024));
    }
    streams[0]?.end();
    await sleep(100);
    expect(accepted).toBeLessThan(4 * windowBytes);
    expect((await buffer(socket)).equals(sent)).toBe(true);
  });

  it("refuses in words who is one too many, and nobody once there is room again", async () => {
    await relay((stream) => stream.on("end", () => stream.end()).resume());
    const held = await Promise.all(Array.from({ length: 300 }, () => dial()));
    const said = held.map((socket) => {
      let text = "";
      socket.on("data", (data: Buffer) => (text += data.toString()));
      return () => text;
    });
    await sleep(500);
    const refused = said.filter((text) => text().includes("503") && text().includes("Too many connections."));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(8);
    expect(held.filter((socket) => !socket.readableEnded && !socket.destroyed)).toHaveLength(256);
    for (const socket of held) socket.end();
    await sleep(300);
    const next = await dial();
    next.end("x");
    expect((await buffer(next)).length).toBe(0);
  });

  it("is replaced by the next, which keeps the socket when it ends", async () => {
    const first = await relay((stream) => stream.end("first"));
    await relay((stream) => stream.end("second"));
    expect((await buffer(await dial())).toString()).toBe("second");
    first.connection.destroy();
    await once(first.child, "exit");
    expect((await buffer(await dial())).toString()).toBe("second");
  });

  it("ends with its input, and takes its socket along", async () => {
    const { child, connection } = await relay(() => undefined);
    const socket = await dial();
    connection.end();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(existsSync(path)).toBe(false);
    await buffer(socket);
  });

  it("ends at what is no frame", async () => {
    if (built.kind === "missing") return;
    for (const bytes of [
      [0, 2, 0, 0, 2, 0, 0, 0, 1],
      [0, 0, 0, 0, 9, 0, 0, 0, 1],
      [0, 0, 0, 0, 2],
    ]) {
      const child = spawn(built.path, ["relay"], { stdio: ["pipe", "pipe", "ignore"] });
      child.stdin.end(Buffer.from(bytes));
      expect(await once(child, "exit")).toEqual([1, null]);
    }
  });
});
