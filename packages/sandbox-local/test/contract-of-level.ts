import { rmSync } from "node:fs";
import { sandboxContract } from "@rebench/core/testing";
import { afterAll, describe, it } from "vitest";
import { createLocalSandboxProvider } from "../src/provider.ts";
import type { LocalLevelName } from "../src/levels/build-level.ts";

/** The contract at one level, in a base folder of its own so that its clean-up is nobody else's. */
export async function contractOfLevel(level: LocalLevelName): Promise<void> {
  const baseFolder = `/var/tmp/rebench-test-${process.getuid?.()}-${process.pid}-${level}`;
  const provider = createLocalSandboxProvider({ level, baseFolder });
  const probe = (await provider.probe({ protectedPaths: [] })).find((found) => found.level === level);
  afterAll(() => rmSync(baseFolder, { recursive: true, force: true }));
  if (probe === undefined || !probe.available) {
    describe(`sandbox contract: ${level}`, () => {
      it("is not available here", (context) => context.skip(probe?.reason ?? "unknown level"));
    });
    return;
  }
  const query = new URLSearchParams({ level, base: baseFolder });
  sandboxContract({
    name: level,
    provider,
    providerModule: new URL(`./provider-module.ts?${query}`, import.meta.url).href,
    level,
    expect: probe.guarantees,
  });
}
