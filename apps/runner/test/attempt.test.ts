import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, toyTask } from "./cli.ts";

/** What the agent's shell line printed. */
async function printed(journal: string): Promise<string> {
  const commands = path.join(path.dirname(journal), "sandbox", "commands");
  const [first] = (await readdir(commands)).sort();
  return readFile(path.join(commands, first ?? "", "stdout"), "utf8");
}

describe("an attempt", () => {
  it("offers score, score-log, budget, note and submit in its sandbox", async () => {
    await using bench = await Bench.open();
    const line =
      "budget; echo 3.14 > answer.txt; score; note half way; score-log; echo 3.1416 > answer.txt; submit; sleep 60";
    const { code, attempt } = await bench.attempt(line);
    expect(code).toBe(0);
    expect(attempt.outcome).toEqual({ kind: "completed" });
    expect(attempt.scores.map(({ status }) => status)).toEqual(["valid", "valid", "valid"]);
    expect(attempt.ledger["working"]).toBeLessThan(30);
    const text = await printed(attempt.journal);
    expect(text).toMatch(/599 s of working time and 1000 score calls left/);
    expect(text).toMatch(/score 1: normalised 0\.9511/);
    expect(text).toContain("noted");
    expect(text).toMatch(/score 0: normalised 0\.0000, raw -1\.954801\nscore 1:/);
    expect(await readFile(attempt.journal, "utf8")).toContain("half way");
  });

  it("brings a folder of the agent's own along", async () => {
    await using bench = await Bench.open();
    const folder = path.join(bench.home, "my-agent");
    await mkdir(folder);
    await writeFile(path.join(folder, "main.sh"), "echo 3.14 > answer.txt\nscore\n");
    const { code, attempt } = await bench.attempt("sh ~/agent/main.sh", "--agent-files", folder);
    expect(code).toBe(0);
    expect(attempt.score?.normalized).toBeCloseTo(0.951, 3);
  });

  it("tells the agent of a hidden_score task validity only", async () => {
    await using bench = await Bench.open();
    const { code, value } = await bench.json(
      "run",
      `${toyTask}#hidden_score`,
      "--agent",
      "command",
      "--command",
      "echo 3.14 > answer.txt; score; score-log",
    );
    expect(code).toBe(0);
    const [attempt] = value.attempts;
    expect(attempt?.score?.normalized).toBeCloseTo(0.951, 3);
    const text = await printed(attempt?.journal ?? "");
    expect(text).toContain("score 1: valid");
    expect(text).not.toMatch(/\d\.\d/);
  });

  it("serves the pack's services within their call budget", async () => {
    await using bench = await Bench.open();
    const bodies = ['{"value":3}', "nonsense", '{"value":4}', '{"value":"x"}', '{"value":5}'];
    const { attempt } = await bench.attempt(
      bodies.map((body) => `service compare '${body}' 2>&1; echo "exit $?"`).join("; "),
    );
    const text = await printed(attempt.journal);
    expect(text.trimEnd().split("\n")).toEqual([
      '{"pi":"above"}',
      "exit 0",
      "the body is not JSON",
      "exit 1",
      '{"pi":"below"}',
      "exit 0",
      'send {"value": number}',
      "exit 1",
      "no calls to compare are left",
      "exit 1",
    ]);
  });

  it("ends at its working limit with what stood there then", async () => {
    await using bench = await Bench.open();
    const { code, attempt } = await bench.attempt(
      "while :; do echo 3.14 > answer.txt; sleep 0.2; done",
      "--time",
      "2s",
    );
    expect(code).toBe(0);
    expect(attempt.outcome).toEqual({ kind: "limit", limit: "working" });
    expect(attempt.score?.normalized).toBeCloseTo(0.951, 3);
    expect(attempt.ledger["working"]).toBeGreaterThanOrEqual(1.9);
    expect(attempt.ledger["working"]).toBeLessThan(3.5);
  });

  it("gives no compute to a background loop while the agent asks for scores", async () => {
    await using bench = await Bench.open();
    // Clock ticks that the loop ran in user mode; it may not have had more than the ledger charged as working time.
    const line =
      "(while :; do :; done) & loop=$!; for i in 1 2 3 4 5 6 7 8; do score > /dev/null; done; cut -d' ' -f14 /proc/$loop/stat";
    const { attempt } = await bench.attempt(line);
    const used = Number(await printed(attempt.journal)) / 100;
    expect(attempt.ledger["scoring"]).toBeGreaterThan(1);
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThanOrEqual((attempt.ledger["working"] ?? 0) + 0.1);
  });

  it("scores what a failed command left, and says whose fault it was", async () => {
    await using bench = await Bench.open();
    const { code, attempt } = await bench.attempt("echo 3.14 > answer.txt; exit 7");
    expect(code).toBe(3);
    expect(attempt.outcome).toMatchObject({
      kind: "failed",
      blame: "agent",
      code: "agent.command-failed",
      message: "the command exited with 7",
    });
    expect(attempt.score?.normalized).toBeCloseTo(0.951, 3);
  });

  it.each([
    ["is missing", "rm answer.txt"],
    ["is a folder", "rm answer.txt; mkdir answer.txt"],
    ["is a link out of the folder", "ln -sf /etc/passwd answer.txt"],
    ["is a fifo", "rm answer.txt; mkfifo answer.txt"],
    ["is too large", "truncate -s 50M answer.txt"],
    ["is no number", "echo nan > answer.txt"],
  ])("ends at 0 with a reason when the submission %s", async (_, line) => {
    await using bench = await Bench.open();
    const { code, attempt } = await bench.attempt(line);
    expect(code).toBe(0);
    expect(attempt.scores).toMatchObject([{ status: "valid" }, { status: "invalid", normalized: null }]);
    expect(attempt.scores[1]?.reason).toMatch(/answer\.txt/);
    expect(attempt.score?.normalized).toBe(0);
    expect((await stat(attempt.journal)).size).toBeLessThan(20_000);
  });

  it("reads the instructions where REBENCH_INSTRUCTIONS says, and none of the pack's other files", async () => {
    await using bench = await Bench.open();
    const { attempt } = await bench.attempt(
      `head -1 "$REBENCH_INSTRUCTIONS"; find / -name score.py -o -name rungs -o -name journal.jsonl 2>/dev/null; ls ${path.resolve(toyTask)} ${bench.home} 2>&1 | grep -c "No such file"`,
    );
    expect(await printed(attempt.journal)).toBe("# Estimate π\n2\n");
  });
});
