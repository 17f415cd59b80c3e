import { open, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { identifyProcess } from "@rebench/supervisor";
import { Bench, toyTask, type ErrorObject, type RunObject } from "./cli.ts";

interface Verified {
  readonly verified: boolean;
  readonly problems: readonly { readonly code: string; readonly where: string }[];
}

async function flipByte(file: string, position: number): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, position);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await handle.write(byte, 0, 1, position);
  await handle.close();
}

describe("rebench verify", () => {
  it("passes a run as it was written and reports a flipped byte anywhere in the journal", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "reference");
    expect(await bench.json<Verified>("verify", value.runId)).toMatchObject({
      code: 0,
      value: { verified: true, problems: [] },
    });
    const journal = value.attempts[0]?.journal ?? "";
    const { length } = await readFile(journal);
    for (const position of [0, 40, Math.floor(length / 2), length - 3, length - 1]) {
      await flipByte(journal, position);
      const { code, value: found } = await bench.json<Verified>("verify", value.runId);
      expect({ position, code, verified: found.verified }).toEqual({ position, code: 6, verified: false });
      expect(found.problems[0]?.where).toContain("journal.jsonl");
      await flipByte(journal, position);
    }
    expect((await bench.json<Verified>("verify", value.runId)).value.verified).toBe(true);
  });

  it("reports a submission that is not the one that was scored", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "reference");
    await writeFile(
      path.join(path.dirname(value.attempts[0]?.journal ?? ""), "submission", "answer.txt"),
      "3.14159265358979\n",
    );
    const { code, value: found } = await bench.json<Verified>("verify", value.runId);
    expect({ code, codes: found.problems.map((problem) => problem.code) }).toEqual({
      code: 6,
      codes: ["submission.differs"],
    });
  });
});

describe("rebench verify and show, of what is not whole", () => {
  it("report an attempt without a journal and one without an end", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "nop", "--attempts", "2");
    const [lost, cut] = value.attempts.map(({ journal }) => journal) as [string, string];
    await rm(lost);
    await writeFile(cut, (await readFile(cut, "utf8")).split("\n").slice(0, 3).join("\n") + "\n");
    const { code, value: found } = await bench.json<Verified>("verify", value.runId);
    expect(code).toBe(6);
    expect(found.problems.map((problem) => problem.code)).toEqual(
      expect.arrayContaining(["journal.missing", "attempt.unfinished"]),
    );
    const shown = await bench.json<RunObject & { missing: unknown[] }>("show", value.runId);
    expect(shown.value.attempts.map(({ attemptId }) => attemptId)).toEqual([`${value.runId}.1`]);
    expect(shown.value.missing).toEqual([
      {
        attemptId: `${value.runId}.0`,
        task: value.attempts[0]?.task,
        agent: "nop",
        outcome: null,
        score: null,
        journal: lost,
      },
    ]);
    expect((await bench.run("show", value.runId)).stdout).toContain("has no journal");
  });
});

describe("what a terminal is shown of a stored run", () => {
  it("holds no escape sequence of a pack's or an agent's", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "nop");
    const hostile = "\u001b]0;owned\u0007\u001b[2J\nsecond line";
    const run = path.join(bench.home, "runs", value.runId);
    await change(path.join(run, "run.json"), (file) => {
      for (const attempt of file["attempts"] as Record<string, unknown>[])
        Object.assign(attempt, { task: `task${hostile}`, agent: `agent${hostile}` });
    });
    const journal = value.attempts[0]?.journal ?? "";
    const [opened = "", ...rest] = (await readFile(journal, "utf8")).split("\n");
    const name = JSON.stringify(`nop${hostile}`);
    await writeFile(journal, [opened.replace('"agent":{"name":"nop"', `"agent":{"name":${name}`), ...rest].join("\n"));
    await bench.run("index", "rebuild");
    for (const command of [["show", value.runId], ["watch", value.runId], ["runs"]]) {
      const { stdout } = await bench.run(...command);
      expect(stdout).toContain("second line");
      expect(stdout).not.toMatch(/[\u001b\u0007]|owned|^second/m);
    }
  });
});

async function change(file: string, edit: (value: Record<string, unknown>) => void): Promise<void> {
  const value = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  edit(value);
  await writeFile(file, JSON.stringify(value));
}

describe("rebench review", () => {
  it("waits for no live runner: it refuses, and changes nothing", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "reference");
    const file = path.join(bench.home, "runs", value.runId, "run.json");
    await change(file, (run) => Object.assign(run, { outcome: "running", runner: identifyProcess(process.pid) }));
    const review = ["review", `${value.runId}.0`, "--amend", "0.25", "--reason", "r", "--by", "ada"];
    const refused = await bench.json<ErrorObject>(...review);
    expect({ code: refused.code, error: refused.value.error.code }).toEqual({ code: 2, error: "run.unfinished" });
    await change(file, (run) => Object.assign(run, { outcome: "completed" }));
    expect(await bench.run(...review)).toMatchObject({ code: 0 });
    expect((await bench.run("show", value.runId)).stdout).toContain("0.250 (amended)");
  });

  it("appends an adjudication that the chain holds and the result shows", async () => {
    await using bench = await Bench.open();
    const { value } = await bench.json("run", toyTask, "--agent", "reference");
    const attempt = `${value.runId}.0`;
    const reason = "read the reference\u001b[31m";
    expect(await bench.run("review", attempt, "--void", "--reason", reason, "--by", "ada")).toMatchObject({ code: 0 });
    const shown = await bench.json("show", value.runId);
    expect(shown.value.attempts[0]?.reviews).toMatchObject([{ verdict: "void", reason, by: "ada" }]);
    expect((await bench.json<Verified>("verify", value.runId)).value.verified).toBe(true);
    const text = await bench.run("show", value.runId);
    expect(text.stdout).toContain("void");
    expect(text.stdout).not.toContain("\u001b[31m");
  });

  it("asks for exactly one verdict", async () => {
    await using bench = await Bench.open();
    expect(await bench.run("review", "01X.0", "--reason", "r", "--by", "b")).toMatchObject({ code: 2 });
    expect(await bench.run("review", "01X.0", "--flag", "--void", "--reason", "r", "--by", "b")).toMatchObject({
      code: 2,
    });
  });
});
