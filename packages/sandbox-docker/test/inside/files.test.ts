import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeMessage } from "../../src/control/messages.ts";
import { buildProgram } from "./build-program.ts";
import { createMessagePeer, type MessagePeer } from "./message-peer.ts";

const folder = mkdtempSync(join(tmpdir(), "rebench-files-"));
const root = join(folder, "root");
const agent = join(root, "home/agent");
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const built = buildProgram({ folder, places: { FILES_ROOT: [root] }, sanitized: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("files", () => {
  let child: ChildProcess;
  let files: MessagePeer;

  beforeEach((context) => {
    if (built.kind === "missing") return context.skip(built.reason);
    for (const path of ["home/agent", "home/harness", "opt/rebench/task", "var/lib/rebench", "etc", "tmp"]) {
      mkdirSync(join(root, path), { recursive: true });
    }
    const started = spawn(built.path, ["files"], { stdio: ["pipe", "pipe", "inherit"] });
    child = started;
    files = createMessagePeer(started.stdout, started.stdin);
  });
  afterEach(() => {
    child?.kill();
    rmSync(root, { recursive: true, force: true });
  });

  const write = (path: string, content: string, change: Record<string, unknown> = {}) =>
    files.request("write", { path, mode: 0o640, ...owner, first: true, last: true, ...change }, Buffer.from(content));
  const read = (path: string, change: Record<string, unknown> = {}) =>
    files.request("read", { path, offset: 0, max: 1 << 20, ...change });
  const code = (value: string) => ({ code: value });

  it("writes in parts, with mode, owner and folders on the way, and reads by offset", async () => {
    const path = "/home/agent/a/b/file";
    await write(path, "one ", { last: false });
    expect(existsSync(join(agent, "a/b/file"))).toBe(false);
    await write(path, "two ", { first: false, last: false });
    await write(path, "three", { first: false });
    expect(readFileSync(join(agent, "a/b/file"), "utf8")).toBe("one two three");
    expect(statSync(join(agent, "a/b/file")).mode & 0o777).toBe(0o640);
    expect(statSync(join(agent, "a/b")).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(agent, "a/b"))).toEqual(["file"]);
    const part = await read(path, { offset: 4, max: 3 });
    expect(part.body.toString()).toBe("two");
    expect(part.header).toMatchObject({ bytes: 13, links: 1, inode: statSync(join(agent, "a/b/file")).ino });
    expect((await read(path, { offset: 100 })).body.length).toBe(0);
    await write(path, "");
    expect(readFileSync(join(agent, "a/b/file"), "utf8")).toBe("");
  });

  it("leaves nothing of a file that was not finished", async () => {
    await write("/home/agent/one", "x", { last: false });
    await write("/home/agent/two", "x", { last: false });
    await expect(write("/home/agent/one", "y", { first: false })).rejects.toMatchObject(code("invalid"));
    await expect(write("/home/agent/two", "y", { first: false })).rejects.toMatchObject(code("invalid"));
    await write("/home/agent/three", "x", { last: false });
    child.stdin?.end();
    await files.closed;
    expect(readdirSync(agent)).toEqual([]);
  });

  it("replaces a link instead of following it, and follows none on the way", async () => {
    writeFileSync(join(root, "etc/victim"), "untouched");
    symlinkSync(join(root, "etc/victim"), join(agent, "link"));
    symlinkSync(join(root, "etc"), join(agent, "way"));
    symlinkSync("nowhere", join(agent, "dangling"));
    await write("/home/agent/link", "mine");
    expect(readFileSync(join(agent, "link"), "utf8")).toBe("mine");
    for (const path of ["/home/agent/way/victim", "/home/agent/way/deep/new", "/home/agent/dangling/x"]) {
      await expect(write(path, "taken")).rejects.toMatchObject(code("not-folder"));
      await expect(read(path)).rejects.toMatchObject(code("not-folder"));
    }
    await expect(files.request("folder", { path: "/home/agent/way", mode: 0o755, ...owner })).rejects.toMatchObject(
      code("not-folder"),
    );
    await expect(files.request("list", { path: "/home/agent/way", limit: 10 })).rejects.toMatchObject(
      code("not-folder"),
    );
    await expect(read("/home/agent/dangling")).rejects.toMatchObject(code("not-file"));
    expect(readFileSync(join(root, "etc/victim"), "utf8")).toBe("untouched");
    expect(readdirSync(join(root, "etc"))).toEqual(["victim"]);
  });

  it("reads regular files only, and waits for nobody", async () => {
    spawnSync("mkfifo", [join(agent, "pipe")]);
    mkdirSync(join(agent, "folder"));
    const server = createServer().listen(join(agent, "socket"));
    for (const name of ["pipe", "folder", "socket"]) {
      await expect(read(`/home/agent/${name}`)).rejects.toMatchObject(code("not-file"));
    }
    await expect(read("/home/agent/nothing")).rejects.toMatchObject(code("missing"));
    await expect(write("/home/agent/folder", "x")).rejects.toMatchObject(code("not-file"));
    server.close();
  });

  it("goes nowhere else", async () => {
    writeFileSync(join(root, "etc/passwd"), "secret");
    const outside = ["/etc/passwd", "/home/agent/../../etc/passwd", "/home/agentx/y", "/home", "/", "", "home/agent"];
    for (const path of [...outside, "/home/agent//x", "/home/agent/./x", `/home/agent/${"x".repeat(300)}`]) {
      await expect(read(path)).rejects.toMatchObject(code("outside"));
      await expect(write(path, "x")).rejects.toMatchObject(code("outside"));
    }
    for (const path of outside) {
      await expect(files.request("stat", { path })).rejects.toMatchObject(code("outside"));
    }
    await expect(files.request("measure", { paths: ["/etc"] })).rejects.toMatchObject(code("outside"));
  });

  it("says what things are", async () => {
    writeFileSync(join(agent, "file"), "12345");
    chmodSync(join(agent, "file"), 0o4751);
    linkSync(join(agent, "file"), join(agent, "other"));
    symlinkSync("file", join(agent, "link"));
    spawnSync("mkfifo", [join(agent, "pipe")]);
    const { header } = await files.request("stat", { path: "/home/agent/file" });
    expect(header).toMatchObject({ type: "file", bytes: 5, mode: 0o4751, links: 2 });
    expect((await files.request("stat", { path: "/home/agent/link" })).header["type"]).toBe("link");
    expect((await files.request("stat", { path: "/home/agent" })).header["type"]).toBe("folder");
    await expect(files.request("stat", { path: "/home/agent/file/x" })).rejects.toMatchObject(code("not-folder"));
    writeFileSync(Buffer.concat([Buffer.from(`${agent}/`), Buffer.from([0xff])]), "");
    const listed = (await files.request("list", { path: "/home/agent", limit: 10 })).header;
    const entries = (listed["entries"] as Array<{ name: string | null; type: string }>).toSorted((one, other) =>
      String(one.name).localeCompare(String(other.name)),
    );
    expect(entries).toEqual([
      { name: "file", type: "file" },
      { name: "link", type: "link" },
      { name: null, type: "file" },
      { name: "other", type: "file" },
      { name: "pipe", type: "pipe" },
    ]);
    const some = await files.request("list", { path: "/home/agent", limit: 2 });
    expect(some.header).toMatchObject({ more: true, entries: { length: 2 } });
  });

  it("lists what does not fit into one message as far as it does", async () => {
    for (let index = 0; index < 1000; index++) writeFileSync(join(agent, `${index}-${"\u0001".repeat(240)}`), "");
    const { header } = await files.request("list", { path: "/home/agent", limit: 100_000 });
    expect(header["more"]).toBe(true);
    expect((header["entries"] as unknown[]).length).toBeGreaterThan(500);
  });

  it("makes folders without changing those that are there", async () => {
    mkdirSync(join(agent, "there"), { mode: 0o700 });
    const made = await files.request("folder", { path: "/home/agent/there/a/b", mode: 0o750, ...owner });
    expect(made.header["ok"]).toBe(true);
    expect(lstatSync(join(agent, "there")).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(agent, "there/a")).mode & 0o777).toBe(0o750);
    writeFileSync(join(agent, "file"), "");
    await expect(files.request("folder", { path: "/home/agent/file/x", mode: 0o755, ...owner })).rejects.toMatchObject(
      code("not-folder"),
    );
    for (const bad of [{ mode: 0o4755 }, { mode: "x" }, { uid: -1 }, { gid: 1e10 }]) {
      await expect(
        files.request("folder", { path: "/home/agent/x", mode: 0o755, ...owner, ...bad }),
      ).rejects.toMatchObject(code("invalid"));
    }
  });

  it("measures files by the blocks that they take, each once, and folders not at all", async () => {
    const bytes = async () => (await files.request("measure", { paths: ["/home/agent", "/tmp"] })).header["bytes"];
    for (let index = 0; index < 50; index++) mkdirSync(join(agent, `d${index}`));
    expect(await bytes()).toBe(0);
    writeFileSync(join(agent, "d1/file"), Buffer.alloc(1 << 20, "x"));
    linkSync(join(agent, "d1/file"), join(agent, "d2/same"));
    writeFileSync(join(agent, "sparse"), "");
    truncateSync(join(agent, "sparse"), 1 << 30);
    symlinkSync("/", join(agent, "root"));
    expect(await bytes()).toBe(1 << 20);
    writeFileSync(join(root, "tmp/small"), "x");
    expect(await bytes()).toBe((1 << 20) + 4096);
    const deep = join(agent, ...Array.from({ length: 600 }, () => "d"));
    mkdirSync(deep, { recursive: true });
    expect(await bytes()).toBeGreaterThan(2 ** 40);
  });

  it("survives whatever comes", async () => {
    if (built.kind === "missing") return;
    const path = fc.constantFrom(
      "/home/agent/a",
      "/home/agent/a/b",
      "/home/agent",
      "/tmp/x",
      "/home/agent/..",
      "\u0001",
      7,
    );
    const whole = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 1, -1, 2 ** 53, null, "1"), fc.string());
    const request = fc.record(
      {
        id: fc.anything(),
        method: fc.constantFrom("stat", "list", "read", "folder", "write", "measure", "nothing", 1),
        path,
        paths: fc.oneof(fc.array(path), fc.string()),
        offset: whole,
        max: whole,
        limit: whole,
        mode: fc.oneof(fc.constant(0o755), whole),
        uid: fc.oneof(fc.constant(owner.uid), whole),
        gid: fc.oneof(fc.constant(owner.gid), whole),
        first: fc.boolean(),
        last: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const prefix = fc
      .tuple(fc.oneof(fc.nat(64), fc.integer({ min: 0 })), fc.oneof(fc.nat(64), fc.integer({ min: 0 })))
      .map(([header, body]) => {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt32BE(header, 0);
        bytes.writeUInt32BE(body, 4);
        return bytes;
      });
    const piece = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(request, fc.uint8Array({ maxLength: 40 })).map(([header, body]) => encoded(header, body)),
      },
      { weight: 1, arbitrary: fc.json().map((text) => encoded(text)) },
      { weight: 1, arbitrary: prefix },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
    );
    const { path: program } = built;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const { status, signal, stderr } = spawnSync(program, ["files"], {
          input: Buffer.concat(pieces),
          timeout: 10_000,
        });
        expect({ signal, said: stderr.toString().replace("rebench-inside: what came is no message\n", "") }).toEqual({
          signal: null,
          said: "",
        });
        expect([0, 1]).toContain(status);
      }),
      { numRuns: 150 },
    );
  });
});

/** Also what is no object, and what JSON cannot say. */
function encoded(header: unknown, body: Uint8Array = new Uint8Array()): Buffer {
  try {
    return encodeMessage(header as Record<string, unknown>, body);
  } catch {
    return encodeMessage({}, body);
  }
}
