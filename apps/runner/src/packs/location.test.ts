import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLocation } from "./location.ts";

const password = "in the open";
let pack: string;
const packPath = (relative: string): string => path.join(pack, relative);

/** Both ciphers that are in use: the old one, which every `zip -P` writes, and AES. */
async function archive(name: string, files: Record<string, string>, zipCrypto: boolean): Promise<void> {
  const writer = new ZipWriter(new BlobWriter(), { password, zipCrypto, useWebWorkers: false });
  for (const [file, content] of Object.entries(files)) await writer.add(file, new TextReader(content));
  await writeFile(packPath(name), Buffer.from(await (await writer.close()).arrayBuffer()));
}

beforeAll(async () => {
  pack = await mkdtemp(path.join(os.tmpdir(), "rebench-location-"));
  await mkdir(packPath("folder"));
  const files = { "solution.py": "print(1)", "deep/er/notes.md": "two" };
  await archive("old.zip", files, true);
  await archive("aes.zip", files, false);
  await archive("outside.zip", { "../solution.py": "gone" }, true);
});
afterAll(() => rm(pack, { recursive: true }));

it.each(["old.zip", "aes.zip"])("%s is unpacked for as long as it is needed, for nobody else to read", async (name) => {
  let folder: string;
  {
    await using opened = await openLocation({ kind: "archive", path: name, password }, packPath);
    folder = opened.folder;
    expect(await readFile(path.join(folder, "solution.py"), "utf8")).toBe("print(1)");
    expect(await readFile(path.join(folder, "deep/er/notes.md"), "utf8")).toBe("two");
    expect((await stat(folder)).mode & 0o077).toBe(0);
  }
  expect(existsSync(folder)).toBe(false);
});

it("a folder is used as it lies there, and stays", async () => {
  {
    await using opened = await openLocation({ kind: "folder", path: "folder" }, packPath);
    expect(opened.folder).toBe(packPath("folder"));
  }
  expect(existsSync(packPath("folder"))).toBe(true);
});

it.each([
  ["a wrong password", "old.zip", "wrong"],
  ["a file that is no archive", "folder", password],
  ["an archive that leaves its folder", "outside.zip", password],
])("%s is a fault of the pack, and leaves nothing behind", async (_, name, word) => {
  const before = await leftovers();
  const opening = openLocation({ kind: "archive", path: name, password: word }, packPath);
  await expect(opening).rejects.toMatchObject({ code: "pack.bad-archive" });
  expect(await leftovers()).toEqual(before);
});

async function leftovers(): Promise<string[]> {
  return (await readdir(os.tmpdir())).filter((name) => name.startsWith("rebench-archive-"));
}
