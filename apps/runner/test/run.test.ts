import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, toyTask, type ErrorObject, type RunObject } from "./cli.ts";

const milliseconds = (seconds: number | undefined): number => Math.round((seconds ?? Number.NaN) * 1000);

describe("rebench run", () => {
  it("gives 0 for doing nothing and 1 for the reference, with a ledger that adds up", async () => {
    await using bench = await Bench.open();
    for (const [agent, expected] of [
      ["nop", 0],
      ["reference", 1],
    ] as const) {
      const { code, value } = await bench.json("run", toyTask, "--agent", agent, "--sandbox", "local");
      expect(code).toBe(0);
      const [attempt] = value.attempts;
      expect(attempt).toMatchObject({ agent, tier: "mini", sandbox: "local", outcome: { kind: "completed" } });
      expect(attempt?.score).toMatchObject({ kind: "confirmed", unit: "ln(error)", direction: "lower" });
      expect(attempt?.score?.normalized).toBeCloseTo(expected, 6);
      const { wall, ...columns } = attempt?.ledger ?? {};
      expect(Object.keys(columns)).toEqual(["setup", "queue", "paused", "scoring", "rateLimit", "working"]);
      expect(Object.values(columns).reduce((sum, one) => sum + milliseconds(one), 0)).toBe(milliseconds(wall));
    }
  });

  it("scores with a Python scorer what the TypeScript one scores", async ({ skip }) => {
    await using bench = await Bench.open();
    const doctor = await bench.json<{ checks: { id: string; status: string }[] }>("doctor");
    if (doctor.value.checks.find(({ id }) => id === "python")?.status !== "ok")
      skip("no python3 in /usr/local/bin, /usr/bin or /bin");
    const folder = path.join(toyTask, "rungs/2-iterated");
    const python = await bench.json<{ raw: number; status: string }>("grade", `${toyTask}#python`, folder);
    const typescript = await bench.json<{ raw: number }>("grade", toyTask, folder);
    expect(python.value).toMatchObject({ status: "valid" });
    expect(python.value.raw).toBeCloseTo(typescript.value.raw, 10);
  });

  it("makes the same plan from the same seed, and runs nothing with --dry-run", async () => {
    await using bench = await Bench.open();
    const plan = async () => {
      const { value } = await bench.json<{ plan: { attempts: { seed: string }[] } }>(
        "run",
        toyTask,
        "--agent",
        "nop",
        "--attempts",
        "3",
        "--seed",
        "a",
        "--dry-run",
      );
      return value.plan.attempts.map(({ seed }) => seed);
    };
    const seeds = await plan();
    expect(await plan()).toEqual(seeds);
    expect(new Set(seeds).size).toBe(3);
    expect((await bench.json<{ runs: unknown[] }>("runs")).value.runs).toEqual([]);
  });

  it("runs an attempt from its self-contained spec", async () => {
    await using bench = await Bench.open();
    const { stdout } = await bench.run("run", toyTask, "--agent", "reference", "--dry-run", "--json");
    const { plan } = JSON.parse(stdout) as { plan: { attempts: unknown[] } };
    const file = path.join(bench.home, "spec.json");
    await writeFile(file, JSON.stringify(plan.attempts[0]));
    const { code, value } = await bench.json("attempt", file);
    expect(code).toBe(0);
    expect(value.attempts[0]?.score?.normalized).toBeCloseTo(1, 6);
  });

  it("keeps an attempt's own id, and refuses to run it twice", async () => {
    await using bench = await Bench.open();
    const { stdout } = await bench.run("run", toyTask, "--agent", "nop", "--attempts", "2", "--dry-run", "--json");
    const { plan } = JSON.parse(stdout) as { plan: { runId: string; attempts: object[] } };
    const file = path.join(bench.home, "spec.json");
    await writeFile(file, JSON.stringify(plan.attempts[1]));
    const { code, value } = await bench.json("attempt", file);
    expect({ code, ids: value.attempts.map(({ attemptId }) => attemptId) }).toEqual({
      code: 0,
      ids: [`${plan.runId}.1`],
    });
    expect((await bench.json("verify", plan.runId)).value).toMatchObject({ verified: true });
    expect((await bench.json("show", plan.runId)).value.attempts).toEqual(value.attempts);
    const runFile = path.join(bench.home, "runs", plan.runId, "run.json");
    const before = await readFile(runFile, "utf8");
    expect(await bench.json<ErrorObject>("attempt", file)).toMatchObject({
      code: 2,
      value: { error: { code: "home.attempt-exists" } },
    });
    expect(await readFile(runFile, "utf8")).toBe(before);
  });

  it("goes on to its end when nobody reads what it says", async () => {
    await using bench = await Bench.open();
    for (const more of [[], ["--json=lines"]]) {
      const { child } = bench.start(["run", toyTask, "--agent", "reference", ...more]);
      child.stdout?.destroy();
      child.stderr?.destroy();
      const [code] = (await once(child, "exit")) as [number | null];
      expect(code).toBe(0);
    }
    const { value } = await bench.json<{ runs: { runId: string; outcome: string }[] }>("runs");
    expect(value.runs).toMatchObject([{ outcome: "completed" }, { outcome: "completed" }]);
    for (const { runId } of value.runs) {
      const journal = path.join(bench.home, "runs", runId, "attempts/0/journal.jsonl");
      expect(await readFile(journal, "utf8")).toContain('"type":"attempt.finished"');
    }
  });

  it("streams events as JSON lines, the result last", async () => {
    await using bench = await Bench.open();
    const { code, stdout } = await bench.run("run", toyTask, "--agent", "nop", "--json=lines");
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type?: string; runId?: string });
    expect(lines[0]?.type).toBe("run.started");
    expect(lines.at(-2)?.type).toBe("run.finished");
    expect(lines.at(-1)?.runId).toBeDefined();
  });

  it("stores what it reported: show, runs and a rebuilt index agree", async () => {
    await using bench = await Bench.open();
    const run = await bench.json("run", toyTask, "--agent", "nop", "--attempts", "2", "--parallel", "2");
    const { runId, attempts } = run.value;
    expect(attempts.map(({ attemptId }) => attemptId)).toEqual([`${runId}.0`, `${runId}.1`]);
    const shown = await bench.json<RunObject & { lock: unknown }>("show", runId);
    expect(shown.value).toEqual({ ...run.value, missing: [], lock: expect.anything() });
    // The lock that it was stored with is the one that `rebench lock` would write now.
    const lock = await bench.json<unknown>("lock", toyTask, "--out", path.join(bench.home, "lock.json"));
    expect(shown.value.lock).toEqual(lock.value);
    const listed = await bench.json("runs");
    await rm(path.join(bench.home, "index.sqlite"));
    expect((await bench.json<{ runs: number }>("index", "rebuild")).value.runs).toBe(1);
    expect((await bench.json("runs")).value).toEqual(listed.value);
    const replay = await bench.run("watch", runId);
    expect(replay.stdout).toContain("finished: completed");
    expect(await readFile(attempts[0]?.journal ?? "", "utf8")).toContain('"type":"attempt.finished"');
  });
});
