import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/control/messages.ts";
import { environment, finish, prepare, run, sleepers, start, token } from "./inside-commands.ts";
import { makeInsideHouse } from "./inside-sandbox.ts";

const house = makeInsideHouse();

describe("init", () => {
  beforeEach((context) => {
    if (house.built.kind === "missing") context.skip(house.built.reason);
  });
  afterEach(() => house.tidy());
  afterAll(() => house.remove());

  it("starts commands with their arguments, input, folder, environment and user, and says how they ended", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    expect(runner.hello["commands"]).toEqual([]);
    const told = await run(inside, runner, "", {
      argv: ["sh", "-c", 'printf "%s|" "$@"; cat; pwd; id -u; env | sort', "sh", "a b", "", "$HOME"],
      cwd: "/usr",
      stdin: "from stdin\n",
      environment: { EXTRA: "with = and\nline" },
    });
    expect(told.stdout).toBe(
      `a b||$HOME|from stdin\n/usr\n1000\nEXTRA=with = and\nHOME=/\nPATH=/usr/bin:/bin\nPWD=/usr\nREBENCH_COMMAND=0001\nline\n`,
    );
    expect(await run(inside, runner, "exit 42")).toMatchObject({ exitCode: 42, signal: null, timedOut: false });
    expect(await run(inside, runner, "kill -TERM $$")).toMatchObject({ exitCode: null, signal: "SIGTERM" });
    expect(await run(inside, runner, "", { argv: ["no-such-program"] })).toMatchObject({
      exitCode: 127,
      stderr: "no-such-program: No such file or directory\n",
    });
    expect(await run(inside, runner, "", { argv: ["/etc/passwd"] })).toMatchObject({ exitCode: 126 });
    expect(await run(inside, runner, "", { cwd: "/nowhere" })).toMatchObject({ exitCode: 126 });
    expect(await run(inside, runner, "readlink /proc/self/fd/0")).toMatchObject({ stdout: "/dev/null\n" });
    expect(await run(inside, runner, "id -u", { user: "harness" })).toMatchObject({ stdout: "1001\n" });
    const saved = readFileSync(join(inside.folder, "state/commands/0002/exit.json"), "utf8");
    expect(JSON.parse(saved)).toEqual({
      exitCode: 42,
      signal: null,
      timedOut: false,
      outOfMemory: false,
      stdoutBytes: 0,
      stderrBytes: 0,
    });
  });

  it("gives output by offset, but not to its command", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const open = "cat /proc/self/fd/1; echo x >/proc/self/fd/1; true";
    const refused = await run(inside, runner, `echo before; ${open}`);
    expect(refused.stdout).toBe("before\n");
    expect(refused.stderr).toContain("ermission denied");
    const execution = await start(inside, runner, "printf 0123456789");
    await finish(runner, execution);
    const read = async (offset: number, max: number) =>
      (await runner.request("output", { execution, stream: "stdout", offset, max })).body.toString();
    expect([await read(3, 4), await read(10, 5), await read(8, 2 ** 30)]).toEqual(["3456", "", "89"]);
    await expect(runner.request("output", { execution, stream: "stdin", offset: 0, max: 1 })).rejects.toMatchObject({
      code: "invalid",
    });
    await expect(
      runner.request("output", { execution: "9", stream: "stdout", offset: 0, max: 1 }),
    ).rejects.toMatchObject({
      code: "unknown-command",
    });
  });

  it("takes standard input in parts, and starts nothing before it is complete", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const values = { user: "agent", argv: ["wc", "-c"], cwd: "/", environment, timeoutMs: null, token };
    const part = Buffer.alloc(1 << 20, "x");
    const { header } = await runner.request("prepare", { ...values, stdinFollows: true }, part);
    const execution = String(header["execution"]);
    expect(inside.enter("agent", ["carry", execution, token]).status).toBe(0);
    await runner.request("stdin", { execution, last: false }, part);
    await runner.request("stdin", { execution, last: true }, part);
    // The carrier asks again for a while.
    expect((await finish(runner, execution)).stdout).toBe(`${3 << 20}\n`);
    await expect(runner.request("stdin", { execution, last: true }, part)).rejects.toMatchObject({ code: "invalid" });
  });

  it("refuses what is no command", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const good = { user: "agent", argv: ["true"], cwd: "/", environment: {}, timeoutMs: null, token };
    const bad: ReadonlyArray<Record<string, unknown>> = [
      { user: "root" },
      { argv: [] },
      { argv: [1] },
      { cwd: "here" },
      { environment: { "a=b": "c" } },
      { environment: { a: 1 } },
      { timeoutMs: -1 },
      { timeoutMs: "1" },
      { token: "short" },
    ];
    for (const change of bad) {
      await expect(runner.request("prepare", { ...good, ...change })).rejects.toMatchObject({ code: "invalid" });
    }
    await expect(runner.request("nothing")).rejects.toMatchObject({ code: "invalid" });
    expect((await runner.request("prepare", good)).header["execution"]).toBe("0001");
  });

  it("tells when a command's time is over, and ends with it what it started", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const mark = `77${process.pid}`;
    const kept = await start(inside, runner, `sleep ${mark}2`);
    const script = `trap "" TERM; setsid sleep ${mark}1 & (env -i setsid sh -c "sleep ${mark}1 & exec sleep ${mark}1" &); env -i sleep ${mark}1`;
    const execution = await start(inside, runner, script, { timeoutMs: 400 });
    expect(await runner.event("timed-out")).toEqual({ event: "timed-out", execution });
    expect(await sleepers(inside, runner, `${mark}1`)).toBe(4);
    expect(inside.enter("agent", ["end-command", execution])).toEqual({ status: 0, stderr: "" });
    expect(await finish(runner, execution)).toMatchObject({ exitCode: null, signal: "SIGKILL", timedOut: true });
    expect(await sleepers(inside, runner, `${mark}1`)).toBe(0);
    expect(await sleepers(inside, runner, `${mark}2`)).toBe(1);
    expect(inside.enter("agent", ["end-command", execution]).status).toBe(0);
    expect(inside.enter("agent", ["end-command", kept]).status).toBe(0);
    expect(await sleepers(inside, runner, `${mark}2`)).toBe(0);
  });

  it("does not count a pause against a command", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const execution = await start(inside, runner, "echo begun; sleep 2; echo in time", { timeoutMs: 1500 });
    const stdout = { execution, stream: "stdout", offset: 0, max: 100 };
    await expect.poll(async () => (await runner.request("output", stdout)).body.toString()).toBe("begun\n");
    process.kill(inside.pid, "SIGSTOP");
    await sleep(1700);
    process.kill(inside.pid, "SIGCONT");
    expect(await finish(runner, execution)).toMatchObject({ stdout: "begun\nin time\n", timedOut: false });
  });

  it("sweeps every process of one user, and reaps what is left to it", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const mark = `88${process.pid}`;
    const other = await start(inside, runner, `sleep ${mark}`, { user: "harness" });
    const storm = await start(inside, runner, `while :; do (sleep ${mark} &); done`);
    await sleep(200);
    for (let round = 0; round < 3; round++)
      expect(inside.enter("agent", ["sweep", "KILL"])).toEqual({ status: 0, stderr: "" });
    expect(await finish(runner, storm)).toMatchObject({ signal: "SIGKILL" });
    expect(await sleepers(inside, runner, mark)).toBe(1);
    const zombies = "cat /proc/[0-9]*/stat | grep -c ') Z '; true";
    await expect.poll(async () => (await run(inside, runner, zombies, { user: "harness" })).stdout).toBe("0\n");
    expect(inside.enter("harness", ["end-command", other]).status).toBe(0);
  });

  it("tells whoever attaches next what has happened", async () => {
    const inside = await house.start();
    const first = await inside.runner();
    const running = await start(inside, first, "sleep 1; exit 3");
    const expired = await start(inside, first, "sleep 60", { user: "harness", timeoutMs: 100 });
    await first.event("timed-out");
    const ended = await start(inside, first, "echo out");
    await finish(first, ended);
    const next = await inside.runner();
    expect(next.hello["commands"]).toMatchObject([
      { execution: running, user: "agent", result: null, expired: false },
      { execution: expired, user: "harness", result: null, expired: true },
      { execution: ended, user: "agent", result: { exitCode: 0, stdoutBytes: 4 }, expired: false },
    ]);
    for (const runner of [first, next]) expect(await finish(runner, running)).toMatchObject({ exitCode: 3 });
    const others = [await inside.runner(), await inside.runner(), await inside.runner()];
    await first.closed;
    expect(others[2]?.hello["commands"]).toHaveLength(3);
    expect((await next.request("result", { execution: running })).header["result"]).toMatchObject({ exitCode: 3 });
  });

  it("ends commands on their way with their user's processes, or when they are named", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const swept = await prepare(runner, "true");
    const named = await prepare(runner, "true", { user: "harness" });
    const kept = await prepare(runner, "echo kept", { user: "harness" });
    expect(inside.enter("agent", ["sweep", "KILL"]).status).toBe(0);
    expect(await finish(runner, swept)).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(inside.enter("agent", ["end-command", named]).status).toBe(0);
    expect((await runner.request("result", { execution: named })).header["result"]).toBeNull();
    expect(inside.enter("harness", ["end-command", named]).status).toBe(0);
    expect(await finish(runner, named)).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(inside.enter("harness", ["carry", kept, token]).status).toBe(0);
    expect(await finish(runner, kept)).toMatchObject({ stdout: "kept\n", exitCode: 0 });
  });

  it("gives a command to nobody but its user's carrier with its token", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const execution = await prepare(runner, "echo mine");
    expect(inside.enter("agent", ["carry", execution, "fedcba9876543210"]).status).toBe(0);
    expect(inside.enter("harness", ["carry", execution, token]).status).toBe(0);
    const stranger = connect(join(inside.folder, "run/init.sock"));
    stranger.end(encodeMessage({ role: "carrier", execution, token }));
    expect(await once(stranger.resume(), "close")).toBeDefined();
    // Right user, right token, but no child of the first process, which would never learn of its end.
    const introduction = encodeMessage({ role: "carrier", execution, token }).toString("base64");
    const thief = `use MIME::Base64; use IO::Socket::UNIX; my $c = IO::Socket::UNIX->new($ARGV[0]) or die;
      syswrite($c, decode_base64($ARGV[1])); sysread($c, my $said, 100); print "got ", length($said // ""), "\\n";`;
    const socketPath = join(inside.folder, "run/init.sock");
    const stolen = `perl -e '${thief}' ${socketPath} ${introduction}; true`;
    expect(await run(inside, runner, stolen)).toMatchObject({ stdout: "got 0\n", stderr: "" });
    expect((await runner.request("result", { execution })).header["result"]).toBeNull();
    expect(inside.enter("agent", ["carry", execution, token]).status).toBe(0);
    expect(await finish(runner, execution)).toMatchObject({ stdout: "mine\n", exitCode: 0 });
    // Once only.
    expect(inside.enter("agent", ["carry", execution, token]).status).toBe(0);
    expect(inside.enter("harness", ["end-command", execution]).status).toBe(0);
  });

  it("ends a command that was given up before it started", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const execution = await prepare(runner, "true");
    await runner.request("abandon", { execution, message: "no room" });
    expect(await finish(runner, execution)).toMatchObject({ exitCode: 126, stderr: "no room\n" });
    await expect(runner.request("abandon", { execution, message: "again" })).rejects.toMatchObject({ code: "started" });
  });

  it("is held up by nobody who connects and says little, too much, or nonsense", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const path = join(inside.folder, "run/init.sock");
    const large = Buffer.alloc(9);
    large.writeUInt32BE(2 ** 31, 0);
    const said = [
      Buffer.alloc(0),
      Buffer.from([0, 0]),
      large,
      encodeMessage({ role: "carrier" }),
      Buffer.alloc(8000, "x"),
    ];
    said.push(encodeMessage({ role: "carrier", execution: "0001" }).subarray(0, 20));
    const sockets = Array.from({ length: 400 }, (_, index) => {
      const socket = connect(path);
      const state = { closed: false };
      socket.on("error", () => undefined).on("close", () => (state.closed = true));
      socket.resume().write(said[index % said.length] as Buffer);
      return state;
    });
    expect(await run(inside, runner, "echo served")).toMatchObject({ stdout: "served\n" });
    await expect.poll(() => sockets.filter(({ closed }) => !closed).length, { timeout: 6000 }).toBe(0);
    expect(await run(inside, runner, "echo still")).toMatchObject({ stdout: "still\n" });
  });

  it("is not held up by a runner that does not read", async () => {
    const inside = await house.start();
    const runner = await inside.runner();
    const execution = await start(inside, runner, "head -c 1000000 /dev/zero");
    await finish(runner, execution);
    const socket = connect(join(inside.folder, "run/init.sock"));
    socket.on("error", () => undefined).pause();
    socket.write(encodeMessage({ role: "runner" }));
    const ask = encodeMessage({ id: 1, method: "output", execution, stream: "stdout", offset: 0, max: 1 << 20 });
    for (let round = 0; round < 40; round++) socket.write(ask);
    await sleep(300);
    const next = await inside.runner();
    expect(await run(inside, next, "echo on")).toMatchObject({ stdout: "on\n" });
    socket.destroy();
  });
});
