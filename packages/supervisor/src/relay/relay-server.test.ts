import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { createMultiplexer } from "./multiplexer.ts";
import { startRelay } from "./relay-server.ts";

const cleanUps: Array<() => void> = [];
afterEach(() => cleanUps.splice(0).forEach((cleanUp) => cleanUp()));

async function relay() {
  const folder = mkdtempSync(join(tmpdir(), "rebench-relay-"));
  const paths = { insideSocket: join(folder, "inside"), relaySocket: join(folder, "outside") };
  const server = await startRelay(paths);
  cleanUps.push(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return paths;
}

/** Connections that never close by themselves. */
async function hold(path: string, count: number) {
  const held = Array.from({ length: count }, () => {
    const socket: Socket = connect({ path, allowHalfOpen: true });
    const connection = { socket, said: "", closed: false };
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => (connection.said += data.toString()));
    socket.once("end", () => (connection.closed = true));
    socket.once("close", () => (connection.closed = true));
    cleanUps.push(() => socket.destroy());
    return connection;
  });
  await sleep(600);
  return held;
}

describe("the relay", () => {
  it("lets go of those it refuses, also when they do not", async () => {
    const { insideSocket } = await relay();
    const [first, ...rest] = await hold(insideSocket, 300);
    expect(first?.said).toContain("503");
    expect([first, ...rest].filter((connection) => connection?.closed !== true)).toEqual([]);
    expect((await hold(insideSocket, 1))[0]?.said).toContain("503");
  });

  it("holds no more connections than it serves", async () => {
    const { insideSocket, relaySocket } = await relay();
    const runner = connect(relaySocket);
    cleanUps.push(() => runner.destroy());
    await once(runner, "connect");
    createMultiplexer(runner, (stream) => stream.on("error", () => undefined));
    await sleep(20);
    const held = await hold(insideSocket, 400);
    expect(held.filter(({ closed }) => !closed)).toHaveLength(256);
    expect(held.filter(({ said }) => said.includes("503")).length).toBeLessThanOrEqual(8);
  });
});
