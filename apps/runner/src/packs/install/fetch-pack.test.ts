import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { fetchPack } from "./fetch-pack.ts";
import { packLimits } from "./limits.ts";

it("gives up on a tarball that is too large", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-fetch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const large = path.join(folder, "large.tgz");
  await writeFile(large, Buffer.alloc(100_000));
  const fetching = fetchPack({
    spec: { kind: "tarball", path: large },
    resolved: null,
    file: path.join(folder, "out.tgz"),
    npm: {},
    limits: { ...packLimits, tarballBytes: 99_999 },
  });
  await expect(fetching).rejects.toMatchObject({ code: "pack.too-large" });
});
