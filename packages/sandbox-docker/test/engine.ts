import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, it } from "vitest";
import { findEngine, type Engine } from "../src/engine/connect.ts";
import { createProvider, type DockerSandboxProvider, type ProviderInternals } from "../src/provider.ts";

let reason = "";

/** The engine that these tests use: the one that answers, or null; where one is required, a missing one is a failure. */
export const engine: Engine | null = await findEngine().catch((error: unknown) => {
  if (process.env["REBENCH_ENGINE"] === "required") throw error;
  reason = error instanceof Error ? error.message : String(error);
  return null;
});

/** Tests that need an engine; where there is none each file says so once. */
export function withEngine(name: string, tests: (engine: Engine) => void): void {
  describe(name, () => {
    if (engine === null) it("needs a container engine", (context) => context.skip(reason));
    else tests(engine);
  });
}

/** A scope of one test file, so that its clean-up is nobody else's. */
export function testScope(name: string): string {
  return `test-${name}-${process.pid}`;
}

/** A provider of its own scope; its images are removed after the tests of the file. */
export function testProvider(scope: string, internals: ProviderInternals = {}): DockerSandboxProvider {
  const provider = createProvider({ scope }, internals);
  afterAll(async () => {
    await provider.clean({ dryRun: false });
    await provider.cleanImages({ dryRun: false });
  });
  return provider;
}

/** A context whose image has the Node that runs the tests: some promises are tried with it. */
export function contextWithNode(on: Engine, scope: string): string {
  const context = mkdtempSync(join(tmpdir(), "rebench-image-"));
  const base = `rebench-test/node:${scope}`;
  beforeAll(async () => {
    const files = pack();
    files.entry({ name: "Dockerfile" }, "FROM debian:bookworm-slim\nCOPY node /usr/local/bin/node\n");
    files.entry({ name: "node", mode: 0o755 }, readFileSync(process.execPath));
    files.finalize();
    const labels = { "rebench.scope": scope };
    await on.images.build({ context: files, dockerfile: "Dockerfile", tag: base, labels, onLine: () => undefined });
    writeFileSync(join(context, "Dockerfile"), `FROM ${base}\n`);
  });
  afterAll(async () => {
    rmSync(context, { recursive: true, force: true });
    await on.images.remove(base);
  });
  return context;
}
