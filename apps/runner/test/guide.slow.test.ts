import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { buildPackages, packPackage, publishedPackages } from "../../../scripts/pack-published.ts";
import { readGuide } from "./guide.ts";
import { Registry } from "./registry.ts";
import { Shell } from "./shell.ts";

const run = promisify(execFile);

it("the author's guide works with rebench as it is published, and nothing of this checkout", async (context) => {
  const upstream = (await run("npm", ["config", "get", "registry"])).stdout.trim();
  const answer = await fetch(`${upstream.replace(/\/$/, "")}/vitest`, { method: "HEAD" }).catch(() => null);
  if (answer?.ok !== true) context.skip("no npm registry can be reached from here");

  await using registry = await Registry.open({ upstream });
  await publishHost(registry);
  await using shell = await Shell.open({ ...registry.environment }, { tools: "none" });
  for (const { section, script, promised } of await readGuide()) {
    const { code, stdout, stderr } = await shell.run(script);
    if (code !== 0) throw new Error(`${section}: exit ${code}: ${script}\n${stdout}\n${stderr}`);
    for (const line of promised) expect(`${stdout}${stderr}`, section).toContain(line);
  }
}, 900_000);

async function publishHost(registry: Registry): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-host-"));
  try {
    await buildPackages();
    for (const published of publishedPackages().filter(({ name }) => !name.includes("/pack-"))) {
      const tarball = await packPackage(published, folder);
      const { code, stderr } = await registry.npm(folder, "publish", tarball, "--access", "public");
      if (code !== 0) throw new Error(`${published.name} could not be published:\n${stderr}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
