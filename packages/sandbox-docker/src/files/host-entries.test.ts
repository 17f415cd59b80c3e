import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { givenFile, hostEntries, type IncomingEntry } from "./host-entries.ts";

const root = mkdtempSync(join(tmpdir(), "rebench-entries-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const folder = (): string => {
  const made = join(root, String(++count));
  mkdirSync(made);
  return made;
};

const all = async (path: string): Promise<IncomingEntry[]> => {
  const found: IncomingEntry[] = [];
  for await (const entry of hostEntries(path, "/home/agent/x")) found.push(entry);
  return found;
};
const contentOf = async (entry: IncomingEntry | undefined): Promise<Buffer> => {
  if (entry?.kind !== "file") throw new Error("This is no file.");
  return buffer(entry.content());
};

describe("what is brought in from the host", () => {
  it("is folders before what is in them, with modes that can at least be read and written", async () => {
    const from = folder();
    mkdirSync(join(from, "a/b"), { recursive: true });
    mkdirSync(join(from, "empty"));
    writeFileSync(join(from, "a/b/run"), "#!", { mode: 0o755 });
    writeFileSync(join(from, "a/dark"), "");
    chmodSync(join(from, "a/dark"), 0);
    const found = (await all(from)).map((entry) => [entry.path, entry.kind === "file" ? entry.mode : "folder"]);
    expect(found.toSorted()).toEqual([
      ["/home/agent/x", "folder"],
      ["/home/agent/x/a", "folder"],
      ["/home/agent/x/a/b", "folder"],
      ["/home/agent/x/a/b/run", 0o755],
      ["/home/agent/x/a/dark", 0o600],
      ["/home/agent/x/empty", "folder"],
    ]);
    const paths = found.map(([path]) => String(path));
    for (const path of paths.slice(1)) expect(paths.indexOf(path)).toBeGreaterThan(paths.indexOf(join(path, "..")));
  });

  it("comes in parts, whatever its size", async () => {
    const from = folder();
    for (const size of [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000]) {
      const content = Buffer.alloc(size, "0123456789a");
      writeFileSync(join(from, "file"), content);
      const [entry] = await all(join(from, "file"));
      expect(entry).toMatchObject({ path: "/home/agent/x", bytes: size });
      expect((await contentOf(entry)).equals(content)).toBe(true);
      const given = givenFile({ path: "/home/agent/./x", content, mode: 0o644, owner: "agent" });
      expect(given).toMatchObject({ path: "/home/agent/x", bytes: size });
      expect((await contentOf(given)).equals(content)).toBe(true);
    }
    const [utf8] = [givenFile({ path: "/home/agent/x", content: "ä€", mode: 0o644, owner: "agent" })];
    expect(utf8).toMatchObject({ bytes: 5 });
  });

  it("is no link and nothing special, wherever it is", async () => {
    const make: Record<string, (path: string) => void> = {
      "a link to a file": (path) => symlinkSync("/etc/passwd", path),
      "a link to a folder": (path) => symlinkSync("/etc", path),
      "a link to nothing": (path) => symlinkSync("nowhere", path),
      "a pipe": (path) => void execFileSync("mkfifo", [path]),
    };
    for (const made of Object.values(make)) {
      const from = folder();
      mkdirSync(join(from, "deep"));
      made(join(from, "deep/odd"));
      for (const path of [from, join(from, "deep/odd")]) {
        await expect(all(path)).rejects.toMatchObject({ code: "sandbox.not-a-file" });
      }
    }
    await expect(all(join(root, "missing"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is read as it was found: one that was replaced by a link, or cut, is an error", async () => {
    const from = folder();
    const path = join(from, "file");
    writeFileSync(path, "x".repeat(1000));
    const [entry] = await all(path);
    truncateSync(path, 10);
    await expect(contentOf(entry)).rejects.toThrow("became shorter");
    rmSync(path);
    symlinkSync("/etc/passwd", path);
    await expect(contentOf(entry)).rejects.toMatchObject({ code: "ELOOP" });
  });

  it("may have several names", async () => {
    const from = folder();
    writeFileSync(join(from, "one"), "same");
    linkSync(join(from, "one"), join(from, "other"));
    const files = (await all(from)).filter(({ kind }) => kind === "file");
    expect(await Promise.all(files.map(async (file) => (await contentOf(file)).toString()))).toEqual(["same", "same"]);
  });
});
