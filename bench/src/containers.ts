import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Sandbox } from "@rebench/core";
import { createDockerSandboxProvider } from "@rebench/sandbox-docker";
import Docker from "dockerode";
import { pack } from "tar-stream";
import type { Measurement } from "./measurement.ts";
import { median } from "./median.ts";

const scope = `bench-${process.pid}`;
const resources = { cpus: 1, memoryMb: 512, diskMb: 256, pids: 64 };
const files = { "a.txt": "a".repeat(10_000), "b.c": "b".repeat(50_000), "c.md": "c".repeat(5_000) };
const parallel = 20;

/** Containers as we start and use them, against the engine's own calls. None where no engine answers. */
export async function containers(): Promise<Measurement[]> {
  const provider = createDockerSandboxProvider({ scope });
  const [probe] = await provider.probe({ protectedPaths: [] });
  if (probe?.available !== true) return [];
  await provider.ensureImage(null, {});
  const docker = new Docker();
  const image = (await docker.listImages({ filters: { label: [`rebench.scope=${scope}`] } })).find(({ RepoTags }) =>
    RepoTags?.some((tag) => tag.startsWith("rebench/")),
  );
  const name = image?.RepoTags?.[0];
  if (name === undefined) throw new Error("the image that was just built is not there");
  const folder = mkdtempSync(join(tmpdir(), "rebench-bench-"));
  const source = join(folder, "source");
  mkdirSync(source);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(source, path), content);
  const opened: Sandbox[] = [];
  const bare: Docker.Container[] = [];
  const startOurs = async (): Promise<Sandbox> => {
    const sandbox = await provider.create({
      id: `bench-${process.pid}-${opened.length}`,
      labels: { run: "bench", attempt: "bench" },
      purpose: "attempt",
      resources,
      directory: mkdtempSync(join(folder, "sandbox-")),
      protectedPaths: [],
      relay: true,
    });
    opened.push(sandbox);
    return sandbox;
  };
  const startBare = async (): Promise<Docker.Container> => {
    const container = await docker.createContainer({
      Image: name,
      Cmd: ["sleep", "1000"],
      HostConfig: { NetworkMode: "none", Mounts: [{ Type: "volume", Target: "/home", Source: "" }] },
    });
    bare.push(container);
    await container.start();
    return container;
  };
  try {
    return [
      await execs(await startOurs(), await startBare()),
      await setUp(
        async () => (await startOurs()).copyIn(source, "/home/agent/solution", "agent"),
        async () => copyBare(await startBare()),
      ),
      await inParallel(startOurs, startBare),
    ];
  } finally {
    await Promise.all(opened.map((sandbox) => sandbox.destroy()));
    await Promise.all(bare.map((container) => container.remove({ force: true, v: true })));
    await provider.cleanImages({ dryRun: false });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function execs(sandbox: Sandbox, container: Docker.Container): Promise<Measurement> {
  const ours = async (): Promise<void> => {
    const execution = await sandbox.exec({ argv: ["true"], user: "agent" });
    await execution.wait();
  };
  const beside = async (): Promise<void> => {
    const exec = await container.exec({ Cmd: ["true"], User: "1000:1000", AttachStdout: true, AttachStderr: true });
    await text(await exec.start({ hijack: true, stdin: false }));
    await exec.inspect();
  };
  return compare({ name: "a command in a container against a bare exec", ours, beside, rounds: 40, goal: 1.2 });
}

async function copyBare(container: Docker.Container): Promise<void> {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) archive.entry({ name: path }, content);
  archive.finalize();
  await container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: "/home/agent/solution" });
}

function setUp(ours: () => Promise<void>, beside: () => Promise<void>): Promise<Measurement> {
  const name = "an attempt's container, set up, against create, start and copy";
  return compare({ name, ours, beside, rounds: 10, goal: 1.5 });
}

function inParallel(ours: () => Promise<unknown>, beside: () => Promise<unknown>): Promise<Measurement> {
  const all = (start: () => Promise<unknown>) => async (): Promise<void> => {
    await Promise.all(Array.from({ length: parallel }, start));
  };
  const name = `${parallel} attempts' containers at a time against ${parallel} bare starts`;
  return compare({ name, ours: all(ours), beside: all(beside), rounds: 3, goal: 1.5 });
}

interface Comparison {
  readonly name: string;
  readonly ours: () => Promise<void>;
  readonly beside: () => Promise<void>;
  readonly rounds: number;
  readonly goal: number;
}

/** Turn by turn, so that whatever else the machine does falls on both. */
async function compare({ name, ours, beside, rounds, goal }: Comparison): Promise<Measurement> {
  const took: Record<"ours" | "beside", number[]> = { ours: [], beside: [] };
  for (let round = 0; round < rounds; round++) {
    for (const [which, work] of [["ours", ours] as const, ["beside", beside] as const]) {
      const startedAt = performance.now();
      await work();
      took[which].push(performance.now() - startedAt);
    }
  }
  const [mine, other] = [median(took.ours), median(took.beside)];
  return { name, ours: `${mine.toFixed(0)} ms`, beside: `${other.toFixed(0)} ms`, ratio: mine / other, goal };
}
