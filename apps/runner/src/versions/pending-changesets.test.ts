import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pendingBump } from "./pending-changesets.ts";

let root: string;
let pack: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "rebench-changesets-"));
  pack = path.join(root, "packs", "toy");
  await mkdir(pack, { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

it("is the largest bump of the package in the nearest .changeset folder", async () => {
  expect(await pendingBump(pack, "@acme/pack-toy")).toBeNull();
  await mkdir(path.join(root, ".changeset"));
  await writeFile(path.join(root, ".changeset", "README.md"), '---\n"@acme/pack-toy": major\n---\n');
  await writeFile(
    path.join(root, ".changeset", "a.md"),
    '---\n"@acme/pack-toy": patch\n"@acme/pack-x": major\n---\n\nwords\n',
  );
  expect(await pendingBump(pack, "@acme/pack-toy")).toBe("patch");
  await writeFile(
    path.join(root, ".changeset", "b.md"),
    "---\r\n'@acme/pack-toy': minor\r\n---\r\n\r\n\"@acme/pack-toy\": major\r\n",
  );
  expect(await pendingBump(pack, "@acme/pack-toy")).toBe("minor");
});
