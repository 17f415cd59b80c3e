import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { homeLayout, runLayout, type RunLayout } from "@rebench/core/home";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkStoredRun } from "../src/verification/check-stored-run.ts";
import { Bench, toyTask } from "./cli.ts";
import { doubled, forgeJournal } from "./forge-journal.ts";
import { copyToyPack } from "./pack-copy.ts";

interface Verified {
  readonly verified: boolean | "hardware-differs";
  readonly problems: readonly { readonly code: string; readonly where: string; readonly message: string }[];
  readonly notes: readonly { readonly code: string }[];
  readonly rescored: readonly { readonly score: string; readonly result: string }[];
}

const exact = [
  { score: "selected", result: "exact" },
  { score: "confirmed", result: "exact" },
];

describe("rebench verify RUN --rescore", () => {
  let bench: Bench;
  let runId: string;
  let layout: RunLayout;
  beforeAll(async () => {
    bench = await Bench.open();
    ({ runId } = await bench.attempt("echo 3.14159 > answer.txt && score && echo 3.1415926 > answer.txt"));
    layout = homeLayout(bench.home).run(runId);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it("gives the stored scores again, exactly", async () => {
    const { code, value } = await bench.json<Verified>("verify", runId, "--rescore");
    expect({ code, value }).toMatchObject({ code: 0, value: { verified: true, problems: [], rescored: exact } });
  });

  it("does so for a copy, in another home and another working folder", async () => {
    await using other = await Bench.open();
    const copy = path.join(other.home, "from", "somebody");
    await cp(layout.directory, copy, { recursive: true });
    const { code, stdout } = await other.in(other.home, "verify", "./from/somebody", "--rescore", "--json");
    expect({ code, value: JSON.parse(stdout) as Verified }).toMatchObject({
      code: 0,
      value: { verified: true, problems: [], rescored: exact },
    });
    // A folder of such folders too.
    await cp(copy, path.join(other.home, "from", "somebody-else"), { recursive: true });
    expect(await other.in(other.home, "verify", "./from")).toMatchObject({ code: 0 });
  });

  it.each([
    { what: "the journal", file: "attempts/0/journal.jsonl", text: '"type":"agent.started"', code: "journal." },
    { what: "a score", file: "attempts/0/journal.jsonl", text: '"normalized":', code: "journal." },
    { what: "the submission", file: "attempts/0/submission/answer.txt", text: "3.14", code: "submission.differs" },
    { what: "run.json", file: "run.json", text: '"startedAt": "20', code: "run.differs" },
    { what: "a head", file: "run.json", text: '"hash": "', code: "run.differs" },
    { what: "the stored lock", file: "lock.json", text: '"integrity": "sha256-', code: "lock.differs" },
  ])("says what is wrong after one byte of $what was flipped", async ({ file, text, code: expected }) => {
    await using other = await Bench.open();
    const copy = path.join(other.home, "copy");
    await cp(layout.directory, copy, { recursive: true });
    const target = path.join(copy, file);
    const content = await readFile(target);
    const at = content.indexOf(text) + text.length;
    content[at] = (content[at] ?? 0) ^ 1;
    await writeFile(target, content);
    const { code, value } = await other.json<Verified>("verify", copy, "--rescore");
    expect({ code, verified: value.verified }).toEqual({ code: 6, verified: false });
    expect(value.problems.map((problem) => problem.code).join()).toContain(expected);
    expect(value.problems.map(({ where }) => where).join()).toContain(path.basename(path.dirname(target)));
  });

  it("finds a score that was made up, its chain and heads and digests with it", async () => {
    await using other = await Bench.open();
    const copy = path.join(other.home, "runs", runId);
    await mkdir(path.dirname(copy), { recursive: true });
    await cp(layout.directory, copy, { recursive: true });
    await forgeJournal(copy, doubled);
    expect((await other.json<Verified>("verify", runId)).value).toMatchObject({ verified: true });
    const { code, value } = await other.json<Verified>("verify", runId, "--rescore");
    expect({ code, verified: value.verified }).toEqual({ code: 6, verified: false });
    expect(value.problems.map((problem) => problem.code)).toContain("score.differs");
  });
});

describe("a flipped bit anywhere", () => {
  it("in the journal, run.json, the lock, a submission or a blob is never passed over", async () => {
    await using bench = await Bench.open();
    const { runId } = await bench.attempt("echo 3.14159 > answer.txt && score && echo 3.1415926 > answer.txt");
    const layout = runLayout(path.join(bench.home, "runs", runId));
    expect((await checkStoredRun(layout)).problems).toEqual([]);
    const attempt = path.join(layout.attempts, "0");
    const captures = (await readdir(attempt)).filter((name) => name.startsWith("capture-"));
    const files = [
      ...[layout.file, layout.lock, path.join(attempt, "journal.jsonl")],
      ...["submission", ...captures].map((folder) => path.join(attempt, folder, "answer.txt")),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 0, max: 7 }), async (file, at, bit) => {
        const whole = await readFile(file);
        const changed = Buffer.from(whole);
        const position = at % whole.length;
        changed[position] = (changed[position] ?? 0) ^ (1 << bit);
        await writeFile(file, changed);
        const { problems } = await checkStoredRun(layout);
        await writeFile(file, whole);
        expect(problems).not.toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect((await checkStoredRun(layout)).problems).toEqual([]);
  });
});

describe("rebench verify and the packs that are here", () => {
  it("names what a pack of the same version holds otherwise, and looks where it is told", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await pack.edit("package.json", '"version": "1.0.0"', '"version": "1.0.7"');
    const made = await bench.json("run", pack.directory, "--agent", "reference");
    const { runId } = made.value;
    expect(await bench.run("verify", runId, "--rescore")).toMatchObject({ code: 0 });

    const moved = path.join(pack.around, "node_modules", "pi");
    await rename(pack.directory, moved);
    const gone = await bench.json<Verified>("verify", runId);
    expect(gone.value).toMatchObject({ verified: true, notes: [{ code: "pack.not-installed" }] });
    expect(await bench.run("verify", runId, "--rescore", "--pack", moved)).toMatchObject({ code: 0 });

    await rename(moved, pack.directory);
    await pack.edit("scorer/score.py", "import", "import  ");
    const { code, value } = await bench.json<Verified>("verify", runId, "--rescore");
    expect({ code, verified: value.verified }).toEqual({ code: 6, verified: false });
    expect(value.problems.map(({ message }) => message).join("\n")).toContain("python/mini scorer");
  });

  it("runs no pack that came along with somebody's results", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await pack.edit("package.json", '"version": "1.0.0"', '"version": "1.0.8"');
    const { runId } = (await bench.json("run", pack.directory, "--agent", "nop")).value;
    const copy = path.join(pack.around, "results");
    await cp(path.join(bench.home, "runs", runId), copy, { recursive: true });
    const environment = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const { code, stdout } = await bench.start(["verify", copy, "--rescore", "--json"], environment).finished;
    expect(code).toBe(6);
    expect((JSON.parse(stdout) as Verified).problems).toMatchObject([{ code: "pack.not-installed" }]);
  });

  it("reports attempts that run.json does not list, and a run without its lock", async () => {
    await using bench = await Bench.open();
    const { runId } = (await bench.json("run", toyTask, "--agent", "nop")).value;
    const { attempts, lock } = runLayout(path.join(bench.home, "runs", runId));
    await cp(path.join(attempts, "0"), path.join(attempts, "1"), { recursive: true });
    await rm(lock);
    const { code, value } = await bench.json<Verified>("verify", runId);
    expect({ code, codes: value.problems.map((problem) => problem.code) }).toEqual({
      code: 6,
      codes: ["lock.missing", "attempt.unlisted"],
    });
  });
});
