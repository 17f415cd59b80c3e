import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject } from "./cli.ts";

const run = ["run", toyTask, "--agent", "nop"];

describe("bad input gets one clear error and its exit code", () => {
  it.each([
    ["an unknown pack", ["run", "no-such-pack", "--agent", "nop"], 2, "pack.not-found", "optimize-kernel"],
    ["an unknown version", ["run", "optimize-kernel@99.0.0", "--agent", "nop"], 2, "pack.version-not-found", "1.0.0"],
    [
      "an unknown task of a pack",
      ["run", "optimize-kernel/other", "--agent", "nop"],
      2,
      "task.not-found",
      "main, hidden_score",
    ],
    ["a name that is none", ["run", "Not A Task", "--agent", "nop"], 2, "usage.task-name", "pack[/task][@version]"],
    ["an unknown tier", [...run, "--tier", "huge"], 2, "tier.not-found", "mini, full"],
    ["a tier that the task does not have", [...run, "--tier", "full"], 2, "tier.not-found", "mini"],
    ["an unknown agent", ["run", toyTask, "--agent", "gpt-99"], 2, "agent.not-found", "nop, reference, command"],
    ["a command agent without a command", ["run", toyTask, "--agent", "command"], 2, "usage.command", "--command"],
    [
      "agent files that are no folder",
      [...run.slice(0, 2), "--agent", "command", "--command", "true", "--agent-files", "./none"],
      2,
      "usage.agent-files",
      "folder",
    ],
    ["a duration that is none", [...run, "--time", "soon"], 2, "usage.duration", "30m"],
    ["a count that is none", [...run, "--attempts", "0"], 2, "usage.number", ""],
    ["a sandbox that is none", [...run, "--sandbox", "vm"], 2, "usage.sandbox", "auto, docker, local"],
    ["a run that does not exist", ["show", "01NOSUCHRUN"], 2, "run.not-found", "rebench runs"],
    ["a run id that leaves the home", ["show", "../../etc"], 2, "usage.run-id", ""],
    ["a spec that is none", ["attempt", "package.json"], 2, "usage.attempt-spec", "--dry-run"],
    ["a folder without a pack", ["run", "./docs", "--agent", "nop"], 2, "pack.not-found", "package.json"],
  ])("%s", async (_, args, exit, code, fix) => {
    await using bench = await Bench.open();
    const { code: exited, value, stderr } = await bench.json<ErrorObject>(...args);
    expect({ exited, code: value.error.code }).toEqual({ exited: exit, code });
    expect(`${value.error.fix ?? ""}`).toContain(fix);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.skipIf(existsSync("/proc/driver/nvidia/gpus"))(
    "a tier whose GPU is not here says so, in words and as JSON",
    async () => {
      await using bench = await Bench.open();
      for (const command of ["run", "grade"]) {
        const rest = command === "run" ? ["--agent", "reference"] : ["."];
        const line = [command, "optimize-kernel", ...rest, "--tier", "full"];
        const { code, value } = await bench.json<ErrorObject>(...line);
        expect({ code, error: value.error.code }).toEqual({ code: 5, error: "sandbox.no-gpu" });
        expect(value.error.message).toMatch(/optimize-kernel\/main full needs 1 × H100/);
        expect(value.error.fix).toContain("--tier mini");
      }
      const { stderr } = await bench.run("run", "optimize-kernel", "--agent", "nop", "--tier", "full");
      expect(stderr).toMatch(/sandbox\.no-gpu/);
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );

  it("an unknown option or command says so with exit code 2", async () => {
    await using bench = await Bench.open();
    expect(await bench.run("run", toyTask, "--agent", "nop", "--turbo")).toMatchObject({ code: 2 });
    expect(await bench.run("frobnicate")).toMatchObject({ code: 2 });
    expect(await bench.run("--help")).toMatchObject({ code: 0 });
    for (const line of [["run", toyTask, "--turbo"], ["run", "--agent", "nop"], ["frobnicate"], ["index"]]) {
      const { code, value } = await bench.json<ErrorObject>(...line);
      expect({ code, error: value.error.code }).toEqual({ code: 2, error: "usage.arguments" });
      expect(value.error.message).not.toMatch(/^error:|outputHelp/);
    }
  });

  it.each([
    ["an unknown agent", { agent: { name: "gpt-99" } }, 2, "agent.not-found"],
    ["a command agent without a command", { agent: { name: "command" } }, 2, "usage.command"],
    ["an id that is another one's", { index: 7 }, 2, "usage.attempt-spec"],
  ])("an attempt's spec with %s, before anything is written", async (_, change, exit, code) => {
    await using bench = await Bench.open();
    const { value } = await bench.json<{ plan: { runId: string; attempts: object[] } }>(...run, "--dry-run");
    const file = path.join(bench.home, "spec.json");
    await writeFile(file, JSON.stringify({ ...value.plan.attempts[0], ...change }));
    expect(await bench.json<ErrorObject>("attempt", file)).toMatchObject({ code: exit, value: { error: { code } } });
    expect(await readdir(path.join(bench.home, "runs"))).toEqual([]);
  });

  it("an index that was damaged, until it is made again", async () => {
    await using bench = await Bench.open();
    await bench.json(...run);
    const listed = await bench.json("runs");
    await writeFile(path.join(bench.home, "index.sqlite"), "this is no database".repeat(500));
    const { code, value } = await bench.json<ErrorObject>("runs");
    expect({ code, error: value.error.code }).toEqual({ code: 2, error: "home.index-damaged" });
    expect(value.error.fix).toContain("rebench index rebuild");
    expect((await bench.json<{ runs: number }>("index", "rebuild")).value.runs).toBe(1);
    expect((await bench.json("runs")).value).toEqual(listed.value);
  });

  it("a home that cannot be used", async () => {
    await using bench = await Bench.open();
    const file = path.join(bench.home, "a-file");
    await writeFile(file, "");
    const { code, value } = await bench.json<ErrorObject>(...run, "--home", file);
    expect(code).toBe(2);
    expect(value.error).toMatchObject({ code: "home.unreadable" });
    expect(value.error.fix).toContain("--home");
  });

  it("a home of another user's that may not be written", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may write everywhere");
    await using bench = await Bench.open();
    await chmod(bench.home, 0o500);
    expect(await bench.json<ErrorObject>(...run)).toMatchObject({
      code: 2,
      value: { error: { code: "home.unreadable" } },
    });
    await chmod(bench.home, 0o700);
  });

  it("a run file that was damaged", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json(...run);
    await writeFile(path.join(bench.home, "runs", value.runId, "run.json"), "{");
    expect(await bench.json<ErrorObject>("show", value.runId)).toMatchObject({
      code: 2,
      value: { error: { code: "run.unreadable" } },
    });
  });
});

describe("a malformed pack is refused with every problem it has", () => {
  async function brokenToy(bench: Bench, change: (folder: string) => Promise<void>): Promise<ErrorObject["error"]> {
    // Below the checkout, so that the copy finds the kit as the original does.
    const folder = path.join(checkout, "node_modules", ".rebench-test", path.basename(bench.home));
    await mkdir(path.dirname(folder), { recursive: true });
    await cp(path.join(checkout, toyTask), folder, { recursive: true });
    await change(folder);
    const { code, value } = await bench.json<ErrorObject>("run", folder, "--agent", "nop");
    await rm(folder, { recursive: true });
    expect(code).toBe(2);
    return value.error;
  }

  async function editManifest(folder: string, field: unknown): Promise<void> {
    const file = path.join(folder, "package.json");
    const manifest = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...manifest, rebench: field }));
  }

  it.each([
    ["an unknown contract version", { spec: 2, entry: "./src/index.js", host: ">=1" }, ["pack.spec-unknown"]],
    ["a host range that excludes this one", { spec: 1, entry: "./src/index.js", host: ">=7" }, ["pack.host-range"]],
    ["a missing entry", { spec: 1, entry: "./none.js", host: ">=1" }, ["pack.entry-missing"]],
    ["an entry outside", { spec: 1, entry: "../../x.js", host: ">=1" }, ["pack.path-outside"]],
    [
      "several at once",
      { spec: 9, entry: "./none.js", host: "soon" },
      ["pack.spec-unknown", "pack.bad-manifest", "pack.entry-missing"],
    ],
    ["no entry at all", { spec: 1 }, ["rebench.entry", "rebench.host"]],
  ])("%s", async (_, field, mentions) => {
    await using bench = await Bench.open();
    const error = await brokenToy(bench, (folder) => editManifest(folder, field));
    expect(error.code).toBe("pack.malformed");
    for (const mention of mentions) expect(error.message).toContain(mention);
  });

  it("shared memory that is as large as all memory", async () => {
    await using bench = await Bench.open();
    const error = await brokenToy(bench, async (folder) => {
      const index = path.join(folder, "src/index.js");
      const text = await readFile(index, "utf8");
      await writeFile(index, text.replace("memoryMb: 512", "memoryMb: 512, sharedMemoryMb: 512"));
    });
    expect(error.message).toContain("sharedMemoryMb must be below memoryMb");
  });

  it("code that throws, exports the wrong thing, or names files that are not there", async () => {
    await using bench = await Bench.open();
    const index = (folder: string): string => path.join(folder, "src/index.js");
    const thrown = await brokenToy(bench, (folder) => writeFile(index(folder), 'throw new Error("boom")'));
    expect(thrown.message).toMatch(/pack\.load-failed: .*boom/);
    const wrong = await brokenToy(bench, (folder) => writeFile(index(folder), "export default { spec: 1, tasks: [] }"));
    expect(wrong.message).toContain("pack.bad-definition");
    const missing = await brokenToy(bench, async (folder) => rm(path.join(folder, "start"), { recursive: true }));
    expect(missing.message).toContain("start does not exist");
  });
});
