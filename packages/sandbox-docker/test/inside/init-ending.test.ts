import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/control/messages.ts";
import { run, start } from "./inside-commands.ts";
import { childrenOf, makeInsideHouse } from "./inside-sandbox.ts";

const house = makeInsideHouse();

describe("init ends", () => {
  beforeEach((context) => {
    if (house.built.kind === "missing") context.skip(house.built.reason);
  });
  afterEach(() => house.tidy());
  afterAll(() => house.remove());

  it("ends by a deadline of its runner's", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    await runner.request("set-deadlines", { workingEndsAt: Date.now() + 100, wallEndsAt: null });
    await runner.request("set-deadlines", { workingEndsAt: null, wallEndsAt: null });
    await expect(runner.request("set-deadlines", { workingEndsAt: "soon", wallEndsAt: null })).rejects.toThrow(
      "invalid",
    );
    await sleep(300);
    const at = Date.now() + 300.25;
    await runner.request("set-deadlines", { workingEndsAt: null, wallEndsAt: at });
    const end = { kind: "deadline", limit: "wall", at };
    expect(await runner.event("ending")).toEqual({ event: "ending", end });
    expect(await inside.end()).toEqual(end);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect(Date.now()).toBeLessThan(at + 1000);
  });

  it("ends by a deadline that was put into its file, and not by one that was replaced while it was stopped", async () => {
    const inside = await house.start();
    const put = (workingEndsAt: number | null) => {
      const path = join(inside.folder, "state/deadlines.json");
      writeFileSync(`${path}.host`, JSON.stringify({ workingEndsAt, wallEndsAt: null }));
      renameSync(`${path}.host`, path);
    };
    put(Date.now() + 500);
    await sleep(300);
    process.kill(inside.pid, "SIGSTOP");
    await sleep(500);
    const at = Date.now() + 700;
    put(at);
    process.kill(inside.pid, "SIGCONT");
    writeFileSync(join(inside.folder, "state/deadlines.json.other"), "x");
    expect(await inside.end()).toEqual({ kind: "deadline", limit: "working", at });
  });

  it("ends as it is told to", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const mark = `99${process.pid}`;
    await start(inside, runner, `setsid sleep ${mark} & sleep ${mark}`);
    const { header } = await runner.request("end", { end: { kind: "disk", usedMb: 7 } });
    expect(header["ok"]).toBe(true);
    expect(await inside.end()).toEqual({ kind: "disk", usedMb: 7 });
  });

  it("ends with the engine's signal, but with nobody else's", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    expect(await run(inside, runner, "kill -9 1; kill -15 1; kill -9 -1; echo on")).toMatchObject({ stdout: "on\n" });
    process.kill(inside.pid, "SIGHUP");
    await sleep(100);
    process.kill(inside.pid, "SIGTERM");
    expect(await inside.end()).toEqual({ kind: "died", reason: "its container was told to stop" });
  });

  it("ends where nobody cares", async () => {
    expect(await (await house.start({ abandonedMs: 200 })).end()).toMatchObject({
      reason: "nobody was attached and it had no deadline",
    });
    house.tidy();
    expect(await (await house.start({ purpose: "scoring", abandonedMs: 200 })).end()).toMatchObject({ kind: "died" });
    house.tidy();
    const scoring = await house.start({ purpose: "scoring" });
    const socket = connect(join(scoring.folder, "run/init.sock"));
    socket.write(encodeMessage({ role: "runner" }));
    await once(socket, "data");
    socket.destroy();
    expect(await scoring.end()).toEqual({ kind: "died", reason: "its runner is gone" });
    house.tidy();
    const attempt = await house.start({ abandonedMs: 300 });
    const runner = await attempt.runner();
    await runner.request("set-deadlines", { workingEndsAt: null, wallEndsAt: Date.now() + 60_000 });
    await attempt.runner();
    await sleep(600);
    expect(attempt.init.exitCode).toBeNull();
  });

  it("watches the disk: the limit itself fits, a page more does not", async () => {
    const inside = await house.start({ diskMb: 8 });
    const runner = await inside.runner();
    const path = join(inside.folder, "home/agent/file");
    writeFileSync(path, Buffer.alloc(8 << 20, "x"));
    for (let index = 0; index < 20; index++) mkdirSync(join(inside.folder, `home/agent/${index}`));
    await run(inside, runner, "echo some output");
    await sleep(2500);
    expect(inside.init.exitCode).toBeNull();
    writeFileSync(`${path}.more`, "x");
    expect(await inside.end()).toEqual({ kind: "disk", usedMb: 9 });
  });

  it("ends with its disk watcher", async () => {
    const inside = await house.start();
    const [watcher = 0, ...others] = childrenOf(inside.pid);
    expect(watcher).toBeGreaterThan(1);
    expect(others).toEqual([]);
    // Whoever looks for the sandbox by its command line finds the first process alone.
    await expect.poll(() => readFileSync(`/proc/${watcher}/cmdline`, "latin1")).not.toContain(inside.folder);
    process.kill(watcher, "SIGKILL");
    expect(await inside.end()).toEqual({ kind: "died", reason: "its disk watcher was ended by SIGKILL" });
  });

  it("does not start again once it has ended", async () => {
    const inside = await house.start();
    await (await inside.runner()).request("end", { end: { kind: "destroyed" } });
    expect(await inside.end()).toEqual({ kind: "destroyed" });
    unlinkSync(join(inside.folder, "run/init.sock"));
    const again = house.start();
    again.catch(() => undefined);
    await sleep(300);
    expect(() => statSync(join(inside.folder, "run/init.sock"))).toThrow("ENOENT");
    writeFileSync(join(inside.folder, "run/init.sock"), "");
    await again.catch(() => undefined);
    expect(await inside.end()).toEqual({ kind: "destroyed" });
  });
});
