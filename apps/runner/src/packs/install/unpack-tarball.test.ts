import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { Header, type HeaderData } from "tar";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packLimits } from "./limits.ts";
import { unpackTarball } from "./unpack-tarball.ts";

let root: string;
let made = 0;
beforeAll(async () => (root = await mkdtemp(path.join(os.tmpdir(), "rebench-unpack-"))));
afterAll(() => rm(root, { recursive: true }));

interface Entry extends HeaderData {
  readonly content?: string;
}

const good: Entry = { path: "package/package.json", content: "{}" };

/** Written by hand, header by header: no archiver makes such tarballs. */
async function tarballOf(...entries: readonly Entry[]): Promise<string> {
  const blocks = entries.flatMap(({ content = "", ...data }) => {
    const header = new Header({ type: "File", mode: 0o644, size: content.length, mtime: new Date(0), ...data });
    header.encode();
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return [header.block ?? Buffer.alloc(0), body];
  });
  const file = path.join(root, `${(made += 1)}.tgz`);
  await writeFile(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

const unpack = async (tarball: string): Promise<string> => {
  const folder = path.join(root, `${made}-unpacked`);
  await unpackTarball({ tarball, folder, name: "a pack" });
  return folder;
};

it("unpacks files and folders, with their contents and whether they may be executed", async () => {
  const folder = await unpack(
    await tarballOf(
      good,
      { path: "package/bin/", type: "Directory" },
      { path: "package/bin/go", mode: 0o777, content: "#!" },
    ),
  );
  expect(await readFile(path.join(folder, "bin/go"), "utf8")).toBe("#!");
  expect((await stat(path.join(folder, "bin/go"))).mode & 0o777).toBe(0o755);
  expect((await stat(path.join(folder, "package.json"))).mode & 0o777).toBe(0o644);
});

it.each<[string, Entry]>([
  ["climbs out", { path: "package/../../outside", content: "x" }],
  ["climbs out from the top", { path: "../outside", content: "x" }],
  ["is absolute", { path: `${os.tmpdir()}/outside`, content: "x" }],
  ["climbs out the Windows way", { path: "package\\..\\..\\outside", content: "x" }],
  ["names a drive", { path: "C:/outside", content: "x" }],
  ["is a symbolic link", { path: "package/link", type: "SymbolicLink", linkpath: "/etc/passwd" }],
  ["is a hard link", { path: "package/link", type: "Link", linkpath: "../../outside" }],
  ["is a device", { path: "package/null", type: "CharacterDevice" }],
  ["is a fifo", { path: "package/fifo", type: "FIFO" }],
])("refuses an entry that %s, and writes nothing at all", async (_, entry) => {
  const tarball = await tarballOf(good, entry);
  await expect(unpack(tarball)).rejects.toMatchObject({
    code: "pack.malformed",
    message: expect.stringContaining("pack.unsafe-entry") as string,
  });
  expect(existsSync(path.join(root, `${made}-unpacked`))).toBe(false);
  expect(existsSync(path.join(root, "outside"))).toBe(false);
});

it("lists every bad entry at once", async () => {
  const tarball = await tarballOf({ path: "../a", content: "x" }, good, { path: "/b", content: "x" });
  await expect(unpack(tarball)).rejects.toThrow(/"\.\.\/a" leaves[^]*"\/b" leaves/);
});

it("refuses what unpacks to too much, by what the headers say, before it is unpacked", async () => {
  const bomb = await tarballOf(good, { path: "package/zeros", size: packLimits.unpackedBytes });
  await expect(unpack(bomb)).rejects.toMatchObject({ code: "pack.too-large" });
  const many = Array.from({ length: packLimits.files + 1 }, (_, index) => ({ path: `package/${index}` }));
  await expect(unpack(await tarballOf(...many))).rejects.toMatchObject({ code: "pack.too-large" });
});

it.each([
  ["no archive at all", Buffer.from("hello")],
  ["half an archive", gzipSync(Buffer.alloc(4096)).subarray(0, 20)],
  ["random bytes", gzipSync(Buffer.from(Array.from({ length: 2048 }, (_, index) => (index * 7919) % 256)))],
])("refuses %s", async (_, bytes) => {
  const file = path.join(root, `${(made += 1)}.tgz`);
  await writeFile(file, bytes);
  await expect(unpack(file)).rejects.toMatchObject({ code: "pack.malformed" });
});
