import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject } from "./cli.ts";
import { dockerScope } from "./docker-scope.ts";

const { missing, environment: inContainers, provider: docker } = await dockerScope("runner");

/** The toy pack, with an image of its own. */
async function packWithImage(dockerfile: string): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-pack-"));
  const from = path.join(checkout, "examples/estimate-pi");
  for (const name of await readdir(from)) {
    if (name === "node_modules") await symlink(path.join(from, name), path.join(folder, name));
    else await cp(path.join(from, name), path.join(folder, name), { recursive: true });
  }
  const entry = path.join(folder, "src/index.js");
  const source = await readFile(entry, "utf8");
  const changed = source.replace("instructions:", 'container: { workspace: "container" },\n          instructions:');
  if (changed === source) throw new Error("the toy pack is not as this test knows it");
  await writeFile(entry, changed);
  await mkdir(path.join(folder, "container"));
  await writeFile(path.join(folder, "container/Dockerfile"), dockerfile);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

function alive(marker: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(marker) && !line.includes(" Z") && !line.includes("ps -eo"));
}

async function startAndKill(bench: Bench, line: string, ...more: readonly string[]): Promise<void> {
  const runner = bench.start(["run", toyTask, "--agent", "command", "--command", line, ...more]);
  await runner.said("agent starts");
  await sleep(500);
  runner.child.kill("SIGKILL");
  await runner.finished;
}

interface RecoverObject {
  readonly attempts: ReadonlyArray<{ readonly action: string; readonly outcome: object }>;
  readonly removed: object;
}

const nothing = { containers: 0, networks: 0, processes: 0, folders: 0 };

describe("the command line in containers", () => {
  if (missing !== null) {
    it("needs a container engine", (context) => context.skip(missing));
    return;
  }

  it("runs, scores and keeps what it saw", async () => {
    await using bench = await Bench.open(inContainers);
    const { attempt, runId } = await bench.attempt("echo 3.14 > answer.txt; score; budget; id -u");
    expect(attempt).toMatchObject({ sandbox: "docker", isolation: "docker", outcome: { kind: "completed" } });
    expect(attempt.score?.normalized).toBeCloseTo(0.951, 3);
    const { wall, ...columns } = attempt.ledger;
    expect(Object.values(columns).reduce((sum, value) => sum + value, 0)).toBeCloseTo(wall ?? 0, 9);
    const folder = path.dirname(attempt.journal);
    expect(await readFile(path.join(folder, "sandbox/commands/0001/stdout"), "utf8")).toMatch(/score 1: .*\n1000\n$/s);
    const journal = (await readFile(attempt.journal, "utf8")).split("\n");
    const started = journal.find((line) => line.includes('"sandbox.started"')) ?? "{}";
    expect(JSON.parse(started)).toMatchObject({ observed: { image: expect.stringMatching(/^sha256:/) as string } });
    expect((await bench.json("verify", runId)).value).toMatchObject({ verified: true });
    expect(await docker.clean({ dryRun: true })).toEqual(nothing);
  });

  it("goes on with an attempt whose container lives, after its runner was killed", async () => {
    await using bench = await Bench.open(inContainers);
    await startAndKill(bench, "echo started >> ../log; sleep 3; echo 3.14 > answer.txt; score; cat ../log");
    const { code, value } = await bench.json<RecoverObject>("recover");
    expect({ code, value }).toMatchObject({
      code: 0,
      value: { attempts: [{ action: "reattached", outcome: { kind: "completed" } }] },
    });
    const { value: listed } = await bench.json<{ runs: { runId: string }[] }>("runs");
    const { value: run } = await bench.json("show", listed.runs[0]?.runId ?? "");
    const printed = path.join(path.dirname(run.attempts[0]?.journal ?? ""), "sandbox/commands/0001/stdout");
    expect((await readFile(printed, "utf8")).match(/started/g)).toHaveLength(1);
    expect(run.attempts[0]?.score?.normalized).toBeCloseTo(0.951, 3);
    expect((await bench.json<RecoverObject>("recover")).value).toEqual({ attempts: [], removed: nothing });
  });

  it("holds the deadline though the runner is dead: late bytes are not scored", async () => {
    await using bench = await Bench.open(inContainers);
    const marker = `late-writer-${process.pid}-docker`;
    const writer = `trap "" TERM HUP; : ${marker}; i=0; while :; do i=$((i+1)); echo 3.\${i} > answer.txt; sleep 0.05; done`;
    await startAndKill(bench, `setsid sh -c '${writer}' & sleep 100`, "--time", "2s");
    expect(alive(marker)).not.toEqual([]);
    await sleep(3000);
    expect(alive(marker)).toEqual([]);
    const { value } = await bench.json<RecoverObject>("recover");
    expect(value.attempts).toMatchObject([{ action: "reconciled", outcome: { kind: "limit", limit: "working" } }]);
    expect(await docker.clean({ dryRun: true })).toEqual(nothing);
  });

  it("scores in the pack's own image, and says what it builds", async () => {
    await using bench = await Bench.open(inContainers);
    const pack = await packWithImage("FROM debian:bookworm-slim\nRUN echo 3.14159 > /etc/pi\n");
    try {
      const line = ["--agent", "command", "--command", "cat /etc/pi > answer.txt"];
      const { value, stderr } = await bench.json("run", pack.folder, ...line);
      expect(value.attempts[0]).toMatchObject({ outcome: { kind: "completed" } });
      expect(value.attempts[0]?.score?.normalized).toBeGreaterThan(0.9);
      expect(stderr).not.toMatch(/\n\s+at /);
    } finally {
      await pack.remove();
    }
  });

  it("goes local, and says why, where an image cannot be built; with --sandbox docker that is an error", async () => {
    await using bench = await Bench.open(inContainers);
    const pack = await packWithImage("FROM debian:bookworm-slim\nRUN echo nothing doing && false\n");
    try {
      const auto = await bench.json("run", pack.folder, "--agent", "nop", "--sandbox", "auto");
      expect(auto.value.attempts[0]).toMatchObject({ sandbox: "local", outcome: { kind: "completed" } });
      expect(auto.stderr).toContain("nothing doing");
      expect(auto.stderr).toContain("using the local sandbox instead");
      const strict = await bench.json<ErrorObject>("run", pack.folder, "--agent", "nop", "--sandbox", "docker");
      expect(strict).toMatchObject({ code: 5, value: { error: { code: "sandbox.image-failed" } } });
    } finally {
      await pack.remove();
    }
  });

  it("shows the engine and the profile, and cleans images only when asked", async () => {
    await using bench = await Bench.open(inContainers);
    await bench.attempt("true");
    const { value } = await bench.json<{ isolation: string; checks: { id: string; status: string }[] }>("doctor");
    expect(value.isolation).toBe("docker");
    for (const id of ["engine", "engine.profile"]) {
      expect(value.checks).toContainEqual(expect.objectContaining({ id, status: "ok" }));
    }
    const images = async (...more: string[]) => (await bench.json<CleanObject>("clean", ...more)).value.removed;
    expect(await images()).not.toHaveProperty("images");
    expect((await images("--images", "--dry-run")).images).toBeGreaterThan(0);
  });
});

interface CleanObject {
  readonly removed: Readonly<Record<string, number>>;
}
