import { execFileSync } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Bench, checkout, toyTask, type Running } from "./cli.ts";

interface RecoverObject {
  readonly attempts: readonly {
    readonly attemptId: string;
    readonly action: string;
    readonly outcome: { readonly kind: string };
  }[];
  readonly removed: Readonly<Record<string, number>>;
}

const nothing = { containers: 0, networks: 0, processes: 0, folders: 0 };

/** Starts a run, waits until its agent works, and kills the runner without a chance to clean up. */
async function startAndKill(bench: Bench, line: string, ...more: readonly string[]): Promise<void> {
  const runner = bench.start(["run", toyTask, "--agent", "command", "--command", line, ...more]);
  await runner.said("agent starts");
  await sleep(300);
  await kill(runner);
}

async function kill(runner: Running): Promise<void> {
  runner.child.kill("SIGKILL");
  await runner.finished;
}

async function onlyRun(bench: Bench): Promise<string> {
  const { value } = await bench.json<{ runs: { runId: string }[] }>("runs");
  return value.runs[0]?.runId ?? "";
}

/** Processes on this machine whose command line holds `marker`. */
function alive(marker: string): string[] {
  const all = execFileSync("ps", ["-eo", "pid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(marker) && !line.includes(" Z") && !line.includes("ps -eo"));
}

describe("rebench recover", () => {
  it("goes on with an attempt whose sandbox lives, without starting its command again", async () => {
    await using bench = await Bench.open();
    await startAndKill(bench, "echo started >> ../log; sleep 2; echo 3.14 > answer.txt; score; cat ../log");
    const { code, value } = await bench.json<RecoverObject>("recover");
    expect({ code, attempts: value.attempts }).toMatchObject({
      code: 0,
      attempts: [{ action: "reattached", outcome: { kind: "completed" } }],
    });
    const { value: run } = await bench.json("show", await onlyRun(bench));
    const [attempt] = run.attempts;
    expect(run.outcome).toBe("completed");
    expect(attempt?.score?.normalized).toBeCloseTo(0.951, 3);
    expect(attempt?.unattendedSeconds).toBeGreaterThan(0);
    expect(attempt?.unattendedSeconds).toBeLessThan(attempt?.ledger["working"] ?? 0);
    const printed = await readFile(
      path.join(path.dirname(attempt?.journal ?? ""), "sandbox/commands/0001/stdout"),
      "utf8",
    );
    expect(printed.match(/started/g)).toHaveLength(1);
    expect((await bench.json("verify", run.runId)).value).toMatchObject({ verified: true });
    expect((await bench.json<RecoverObject>("recover")).value).toEqual({ attempts: [], removed: nothing });
  });

  it.each(["bwrap", "unshare", "none"])(
    "holds the deadline at level %s though the runner is dead: late bytes are not scored",
    async (level) => {
      await using bench = await Bench.open();
      const marker = `late-writer-${process.pid}-${level}`;
      const writer = `trap "" TERM HUP; : ${marker}; i=0; while :; do i=$((i+1)); echo 3.\${i} > answer.txt; sleep 0.05; done`;
      await startAndKill(bench, `setsid sh -c '${writer}' & sleep 100`, "--time", "2s", "--isolation", level);
      expect(alive(marker)).not.toEqual([]);
      await sleep(3000);
      if (level !== "none") expect(alive(marker)).toEqual([]);
      const { value } = await bench.json<RecoverObject>("recover");
      expect(value.attempts).toMatchObject([{ action: "reconciled", outcome: { kind: "limit", limit: "working" } }]);
      expect(alive(marker)).toEqual([]);
      const { value: run } = await bench.json("show", await onlyRun(bench));
      const { ledger, pauses, scores } = run.attempts[0] ?? {};
      expect(scores).toHaveLength(2);
      expect(ledger?.["working"]).toBeGreaterThan(1.8);
      expect(ledger?.["working"]).toBeLessThan(2.6);
      expect(pauses).toMatchObject([{ reason: "no runner" }]);
      expect((await bench.json("clean")).value).toMatchObject({ removed: nothing });
    },
  );

  it("goes on after a runner that died while it scored for the agent", async () => {
    await using bench = await Bench.open();
    const line = "echo 3.1 > answer.txt; score; sleep 1; echo 3.14 > answer.txt; score; sleep 0.2";
    const runner = bench.start(["run", toyTask, "--agent", "command", "--command", line]);
    await runner.said("scoring, the agent is frozen");
    await kill(runner);
    const { value } = await bench.json<RecoverObject>("recover");
    expect(value.attempts).toMatchObject([{ action: "reattached", outcome: { kind: "completed" } }]);
    const { value: run } = await bench.json("show", await onlyRun(bench));
    expect(run.attempts[0]?.score?.normalized).toBeCloseTo(0.951, 3);
    expect(run.attempts[0]?.ledger["working"]).toBeGreaterThan(1);
  });

  it("scores what an agent left whose runner died in the last scoring, each time on another seed", async () => {
    await using bench = await Bench.open();
    const runner = bench.start(["run", toyTask, "--agent", "command", "--command", "echo 3.14 > answer.txt; exit 7"]);
    await runner.said("last score");
    await kill(runner);
    const { value } = await bench.json<RecoverObject>("recover");
    expect(value.attempts).toMatchObject([
      { action: "reconciled", outcome: { kind: "failed", code: "agent.command-failed" } },
    ]);
    const { value: run } = await bench.json("show", await onlyRun(bench));
    expect(run.attempts[0]?.score?.normalized).toBeCloseTo(0.951, 3);
    const journal = await readFile(run.attempts[0]?.journal ?? "", "utf8");
    const seeds = [...journal.matchAll(/"type":"scoring.started","purpose":"\w+","seed":"(\w+)"/g)].map(
      ([, seed]) => seed,
    );
    expect(seeds.length).toBeGreaterThan(2);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it("leaves an attempt alone whose pack has changed, and takes it over once it is as it was", async () => {
    await using bench = await Bench.open();
    const pack = path.join(checkout, "node_modules", ".rebench-test", path.basename(bench.home));
    await cp(path.join(checkout, toyTask), pack, { recursive: true });
    try {
      const runner = bench.start(["run", pack, "--agent", "command", "--command", "sleep 4; echo 3.14 > answer.txt"]);
      await runner.said("agent starts");
      await sleep(300);
      await kill(runner);
      const readme = path.join(pack, "README.md");
      const before = await readFile(readme);
      await writeFile(readme, "changed");
      const refused = await bench.json<RecoverObject>("recover");
      expect({ code: refused.code, attempts: refused.value.attempts }).toMatchObject({
        code: 3,
        attempts: [{ action: "unknown" }],
      });
      await writeFile(readme, before);
      const { value } = await bench.json<RecoverObject>("recover");
      expect(value.attempts).toMatchObject([{ action: "reattached", outcome: { kind: "completed" } }]);
    } finally {
      await rm(pack, { recursive: true });
    }
  });

  it("calls an attempt that had not got its sandbox unknown, and leaves nothing behind", async () => {
    await using bench = await Bench.open();
    const runner = bench.start(["run", toyTask, "--agent", "nop"]);
    await runner.said("attempt of");
    await kill(runner);
    await bench.run("recover");
    await sleep(500);
    expect(alive(bench.home)).toEqual([]);
    expect((await bench.json("clean")).value).toMatchObject({ removed: nothing });
  });
});

describe("an interrupted run", () => {
  it("ends cleanly with what is there at the first Ctrl-C", async () => {
    await using bench = await Bench.open();
    const runner = bench.start([
      "run",
      toyTask,
      "--agent",
      "command",
      "--command",
      "echo 3.14 > answer.txt; sleep 100",
      "--json",
    ]);
    await runner.said("agent starts");
    await sleep(300);
    runner.child.kill("SIGINT");
    const { code, stdout } = await runner.finished;
    expect(code).toBe(130);
    const run = JSON.parse(stdout) as {
      outcome: string;
      attempts: { outcome: unknown; score: { normalized: number } }[];
    };
    expect(run).toMatchObject({ outcome: "interrupted", attempts: [{ outcome: { kind: "cancelled" } }] });
    expect(run.attempts[0]?.score.normalized).toBeCloseTo(0.951, 3);
    expect((await bench.json("clean")).value).toMatchObject({ removed: nothing });
  });

  it("drops everything at the second, and leaves nothing behind", async () => {
    await using bench = await Bench.open();
    const marker = `dropped-${process.pid}`;
    const runner = bench.start(["run", toyTask, "--agent", "command", "--command", `: ${marker}; sleep 100`]);
    await runner.said("agent starts");
    await sleep(300);
    runner.child.kill("SIGINT");
    runner.child.kill("SIGTERM");
    expect(await runner.finished).toMatchObject({ code: 130 });
    expect(alive(marker)).toEqual([]);
    expect((await bench.json("clean")).value).toMatchObject({ removed: nothing });
  });

  it("lets two runners work on one home", async () => {
    await using bench = await Bench.open();
    const [first, second] = await Promise.all([
      bench.json("run", toyTask, "--agent", "nop"),
      bench.json("run", toyTask, "--agent", "reference"),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect((await bench.json<{ runs: unknown[] }>("runs")).value.runs).toHaveLength(2);
  });
});
