import { open, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, toyTask } from "./cli.ts";

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

describe("rebench review", () => {
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
