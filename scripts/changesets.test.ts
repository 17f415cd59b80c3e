// What `changeset version` does to this workspace: host packages move together, packs alone.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

const root = path.dirname(import.meta.dirname);
const run = promisify(execFile);
const rooms = ["packages", "apps", "task-packs"];

let copy: string;
beforeEach(async () => {
  copy = await mkdtemp(path.join(tmpdir(), "rebench-changesets-"));
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"])
    await cp(path.join(root, file), path.join(copy, file));
  for (const room of rooms)
    for (const name of await readdir(path.join(root, room))) {
      await mkdir(path.join(copy, room, name), { recursive: true });
      await cp(path.join(root, room, name, "package.json"), path.join(copy, room, name, "package.json"));
    }
  await mkdir(path.join(copy, ".changeset"));
  await cp(path.join(root, ".changeset/config.json"), path.join(copy, ".changeset/config.json"));
  await symlink(path.join(root, "node_modules"), path.join(copy, "node_modules"));
});
afterEach(() => rm(copy, { recursive: true, force: true }));

async function versions(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const room of rooms)
    for (const name of await readdir(path.join(folder, room))) {
      const text = await readFile(path.join(folder, room, name, "package.json"), "utf8");
      const manifest = JSON.parse(text) as { name: string; version: string };
      found[manifest.name] = manifest.version;
    }
  return found;
}

/** Names whose version a changeset raised. */
async function raisedBy(changeset: string): Promise<string[]> {
  await writeFile(path.join(copy, ".changeset/one.md"), `---\n${changeset}\n---\n\nA change.\n`);
  const before = await versions(copy);
  await run(path.join(root, "node_modules/.bin/changeset"), ["version"], { cwd: copy });
  const after = await versions(copy);
  return Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .sort();
}

const isPack = (name: string): boolean => name.startsWith("@rebench/pack-");

it("raises every host package, and no pack, with one host package", async () => {
  const host = Object.keys(await versions(copy)).filter((name) => !isPack(name));
  expect(await raisedBy('"@rebench/task-kit": minor')).toEqual(host.sort());
  const now = await versions(copy);
  expect(new Set(host.map((name) => now[name])).size).toBe(1);
});

it("raises a pack alone", async () => {
  expect(await raisedBy('"@rebench/pack-optimize-kernel": major')).toEqual(["@rebench/pack-optimize-kernel"]);
});
