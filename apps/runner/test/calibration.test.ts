import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { describe, expect, it } from "vitest";
import { Bench } from "./cli.ts";
import { copyToyPack, type PackCopy } from "./pack-copy.ts";

/** The toy pack as if measured where the rate was 100, with a calibration command in shell. Ten minutes of working time. */
async function packWith(script: string): Promise<PackCopy> {
  const pack = await copyToyPack();
  await writeFile(path.join(pack.directory, "scorer/rate.sh"), script);
  await pack.edit(
    "src/index.js",
    "conditions:",
    `calibration: {
      files: ["scorer/rate.sh"], argv: ["sh", "scorer/rate.sh"], timeoutSeconds: 60,
      unit: "steps/s", rate: 100, bounds: { least: 0.5, most: 4 },
    },
    conditions:`,
  );
  return pack;
}

const rate = (value: string): string => `echo warming up; echo "{\\"rate\\": ${value}}"`;
const byCommand = (line: string): readonly string[] => ["--agent", "command", "--command", line];

describe("a calibrated budget", () => {
  it("gives a machine that is half as fast twice the time, measured once for all attempts of a run", async () => {
    await using bench = await Bench.open();
    // Never twice the same.
    await using pack = await packWith(rate("50.0000$(date +%N)"));
    const line = byCommand('budget; grep -o "Limits: [0-9]*" "$REBENCH_INSTRUCTIONS"');
    const { value, stderr } = await bench.json("run", pack.directory, ...line, "--attempts", "2");
    const [first, second] = value.attempts;
    expect(first).toMatchObject({
      budget: { workingSeconds: expect.closeTo(1200, 1), wallSeconds: expect.closeTo(7200, 0), scoreCalls: 1000 },
      calibration: {
        status: "measured",
        unit: "steps/s",
        rate: expect.closeTo(50),
        referenceRate: 100,
        clamped: false,
      },
    });
    expect(second?.calibration).toEqual(first?.calibration);
    const printed = path.join(path.dirname(first?.journal ?? ""), "sandbox/commands/0001/stdout");
    expect(await readFile(printed, "utf8")).toMatch(/^11\d\d s of working time .*\nLimits: 20\n$/);
    expect(stderr).toContain("50 steps/s here, 100 where the tier was measured: times × 2\n");
    expect((await bench.json("show", value.runId)).value.attempts).toEqual(value.attempts);
  });

  it("is measured where a planned attempt is carried out, and leaves --time as a person said it", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith(rate("50"));
    // More than the tier gives where it was measured, less than it gives here.
    const planned = ["run", pack.directory, ...byCommand("true"), "--time", "15m", "--dry-run"];
    const { value } = await bench.json<{ plan: { attempts: unknown[] } }>(...planned);
    expect(value.plan.attempts).toMatchObject([{ budget: { workingMs: 600_000 } }]);
    const file = path.join(bench.home, "spec.json");
    await writeFile(file, JSON.stringify(value.plan.attempts[0]));
    const carriedOut = await bench.json("attempt", file);
    expect(carriedOut.value.attempts).toMatchObject([{ budget: { workingSeconds: 900, wallSeconds: 7200 } }]);
  });

  it("is not measured for who spends no working time", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith("exit 3");
    const { value } = await bench.json("run", pack.directory, "--agent", "nop");
    expect(value.attempts).toMatchObject([{ budget: { workingSeconds: 600 }, calibration: null }]);
  });

  it("is the tier's own, with a warning, when the command fails; that one sees the named files and no others", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith("find . -type f >&2; exit 3");
    const { code, value, stderr } = await bench.json("run", pack.directory, ...byCommand("true"));
    expect(code).toBe(0);
    const message = "sh scorer/rate.sh exited with 3: ./scorer/rate.sh";
    expect(value.attempts).toMatchObject([
      {
        budget: { workingSeconds: 600, wallSeconds: 3600 },
        calibration: { status: "failed", blame: "pack", code: "pack.calibration-failed", message },
      },
    ]);
    const warning = `WARNING: the budget is not calibrated for this machine (pack, pack.calibration-failed): ${message}`;
    expect(stderr).toContain(warning);
    expect((await bench.run("show", value.runId)).stdout).toContain(warning);
  });

  it("stays as it was measured when another runner takes the attempt over", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith(rate("50"));
    await pack.edit("src/index.js", "workingSeconds: 600", "workingSeconds: 3");
    // Later than the tier's three seconds, before the calibrated six.
    const runner = bench.start(["run", pack.directory, ...byCommand("sleep 4; echo 3.14 > answer.txt; sleep 60")]);
    await runner.said("agent starts");
    await sleep(300);
    runner.child.kill("SIGKILL");
    await runner.finished;
    const recovered = await bench.json<{ attempts: unknown[] }>("recover");
    expect(recovered.value.attempts).toMatchObject([{ outcome: { kind: "limit", limit: "working" } }]);
    const listed = await bench.json<{ runs: { runId: string }[] }>("runs");
    const { value } = await bench.json("show", listed.value.runs[0]?.runId ?? "");
    const [attempt] = value.attempts;
    expect(attempt).toMatchObject({ budget: { workingSeconds: 6 }, calibration: { factor: 2 } });
    expect(attempt?.score?.normalized).toBeCloseTo(0.951, 3);
    expect((await readFile(attempt?.journal ?? "", "utf8")).match(/machine\.calibrated/g)).toHaveLength(1);
  });

  it("ends with its command at Ctrl-C, and no attempt is begun", async () => {
    await using bench = await Bench.open();
    const mark = token();
    await using pack = await packWith(`sleep ${mark}`);
    const runner = bench.start(["run", pack.directory, ...byCommand("true"), "--json"]);
    await until("the command runs", () => hostProcesses(mark).length > 0, 30_000);
    runner.child.kill("SIGINT");
    const { code, stdout } = await runner.finished;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "interrupted", attempts: [] });
    expect(hostProcesses(mark)).toEqual([]);
    expect((await bench.json("clean")).value).toMatchObject({ removed: { processes: 0, folders: 0 } });
  });
});

describe("a pack with a calibration", () => {
  it("is checked on this machine, and so may run here", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith(rate("50"));
    const { code, value } = await bench.json("pack", "check", pack.directory, "--only", "calibration");
    const message = "50 steps/s here, 100 where the tier was measured: times × 2";
    const checks = ["main", "python"].map((task) => ({ id: `${task}.mini.calibration`, ok: true, message }));
    expect({ code, value }).toMatchObject({ code: 0, value: { ok: true, checks } });
  });

  it("is refused with one that cannot be", async () => {
    await using bench = await Bench.open();
    await using pack = await packWith(rate("50"));
    const run = async (): Promise<{ code: number | null; stderr: string }> =>
      bench.run("run", pack.directory, "--agent", "nop", "--dry-run");
    await pack.edit("src/index.js", 'files: ["scorer/rate.sh"]', 'files: ["scorer/none.sh"]');
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining("scorer/none.sh does not exist") });
    await pack.edit("src/index.js", 'argv: ["sh", "scorer/rate.sh"]', "argv: []");
    await pack.edit(
      "src/index.js",
      "rate: 100, bounds: { least: 0.5, most: 4 }",
      "rate: 0, bounds: { least: 2, most: 0.9 }",
    );
    const { code, stderr } = await run();
    expect(code).toBe(2);
    for (const wrong of ["argv", "rate", "bounds.least", "bounds.most"])
      expect(stderr).toContain(`calibration.${wrong}: `);
  });
});
