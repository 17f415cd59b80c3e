import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packDigest } from "./pack-digest.ts";

const toy = fileURLToPath(new URL("../../../../examples/estimate-pi", import.meta.url));
const built = { withoutBuild: false };

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(os.tmpdir(), "rebench-digest-")), "pack");
  await cp(toy, folder, { recursive: true, filter: (source) => path.basename(source) !== "node_modules" });
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

describe("packDigest", () => {
  it("is the same in any folder, whatever is installed beside the pack", async () => {
    expect(await packDigest(folder, built)).toBe(await packDigest(toy, built));
  });

  it("changes with a byte, a name or a new file", async () => {
    const digests = new Set([await packDigest(folder, built)]);
    await writeFile(path.join(folder, "start/answer.txt"), "4\n");
    digests.add(await packDigest(folder, built));
    await cp(path.join(folder, "start/answer.txt"), path.join(folder, "start/other.txt"));
    digests.add(await packDigest(folder, built));
    await mkdir(path.join(folder, "dist"));
    await writeFile(path.join(folder, "dist/index.js"), "export default {}");
    digests.add(await packDigest(folder, built));
    expect(digests.size).toBe(4);
  });

  it("leaves a build out of a pack that runs from its sources", async () => {
    const before = await packDigest(folder, { withoutBuild: true });
    await mkdir(path.join(folder, "dist"));
    await writeFile(path.join(folder, "dist/index.js"), "export default {}");
    expect(await packDigest(folder, { withoutBuild: true })).toBe(before);
  });
});
