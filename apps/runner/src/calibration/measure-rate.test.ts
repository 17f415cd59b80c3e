import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import { withLease } from "@rebench/core/home";
import { until } from "@rebench/core/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { timingLeaseFile } from "../host/runtime-folder.ts";
import { measureRate } from "./measure-rate.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rebench-rate-"));
  await writeFile(path.join(folder, "rate.sh"), `echo '{"rate": 50}'`);
  // A timing lease of this test alone.
  vi.stubEnv("TMPDIR", folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const loaded = {
  reference: { name: "toy/main" },
  tier: {
    name: "mini",
    resources: { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 },
    calibration: { files: ["rate.sh"], argv: ["sh", "rate.sh"], timeoutSeconds: 30, unit: "steps/s" },
  },
  packPath: (relative: string) => path.join(folder, relative),
} as unknown as LoadedTask;

/** Begins to measure while somebody scores a time, and waits until it waits for that. */
async function measureBesideScoring(): Promise<{
  readonly found: ReturnType<typeof measureRate>;
  readonly said: readonly string[];
  readonly scored: () => void;
  readonly stop: AbortController;
}> {
  const { promise, resolve: scored } = Promise.withResolvers<void>();
  void withLease({ file: timingLeaseFile() }, () => promise);
  const stop = new AbortController();
  const said: string[] = [];
  const onProgress = (message: string): void => void said.push(message);
  const found = measureRate(loaded, { isolation: "none", protectedPaths: [], signal: stop.signal, onProgress });
  await until("it waits", () => said.length > 0);
  return { found, said, scored, stop };
}

const waiting = "waiting for a scoring of a time, to measure how fast this machine is, in steps/s";

describe("measureRate", () => {
  it("measures while nothing else here scores a time", async () => {
    const { found, said, scored } = await measureBesideScoring();
    expect(said).toEqual([waiting]);
    scored();
    expect(await found).toEqual({ status: "measured", rate: 50 });
    expect(said).toEqual([waiting, "measuring how fast this machine is, in steps/s"]);
  });

  it("is stopped while it waits", async () => {
    const { found, said, scored, stop } = await measureBesideScoring();
    stop.abort();
    expect(await found).toMatchObject({ status: "failed", blame: "host", code: "host.calibration-stopped" });
    expect(said).toEqual([waiting]);
    scored();
  });

  it("blames the sandbox when there is none", async () => {
    vi.stubEnv("DOCKER_HOST", `unix://${folder}/nobody.sock`);
    const { signal } = new AbortController();
    const options = { isolation: "docker", protectedPaths: [], signal, onProgress: () => undefined } as const;
    expect(await measureRate(loaded, options)).toMatchObject({ status: "failed", blame: "sandbox" });
  });
});
