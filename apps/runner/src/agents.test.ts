import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { createAgent, openReference } from "./agents.ts";
import { hostVersion } from "./host/host-version.ts";
import { loadPack } from "./packs/load-pack.ts";
import { resolveTask } from "./packs/resolve-task.ts";

const pack = path.join(import.meta.dirname, "../../../task-packs/optimize-kernel");

it("unpacks an archived reference for the reference agent alone, for as long as it works", async () => {
  const loaded = await resolveTask(await loadPack(pack, hostVersion), null, "full");
  expect(await openReference(createAgent({ name: "nop" }, loaded), loaded)).toBeNull();
  let folder: string;
  {
    await using reference = await openReference(createAgent({ name: "reference" }, loaded), loaded);
    folder = reference?.folder ?? "";
    expect(await readdir(folder)).toEqual(["solution.py"]);
    expect(await readFile(path.join(folder, "solution.py"), "utf8")).toContain("def prefix_sum(");
  }
  expect(existsSync(folder)).toBe(false);
});

it("a tier's own submission and unit take the place of the task's", async () => {
  const loaded = await loadPack(pack, hostVersion);
  const [mini, full] = [await resolveTask(loaded, null, "mini"), await resolveTask(loaded, null, "full")];
  expect([mini, full].map(({ task }) => task.submission.entries[0]?.path)).toEqual(["solution.c", "solution.py"]);
  expect([mini, full].map(({ reference }) => reference.scale.unit)).toEqual(["ln(ns/element)", "ln(ms)"]);
});
