import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoded, rules, tableGraph } from "../../test/build-graph.ts";
import { endlessGraph, largeGraph, swellingGraph } from "../../test/costly-graphs.ts";
import type { Verdict } from "./protocol.ts";
import { ScoringProcess, type Answer, type ProcessOptions, type Question } from "./scoring-process.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), "rebench-onnx-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const inTest = (name: string): string => fileURLToPath(new URL(`../../test/${name}`, import.meta.url));
const generous = { ...rules, maxBytes: 2 ** 26 };

async function stored(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

const about = (file: string, more: Partial<Question> = {}): Question => ({
  request: { type: "graph", file, rules: generous },
  parts: [],
  timeoutSeconds: 30,
  signal: undefined,
  progress: undefined,
  ...more,
});

async function using<Result>(
  options: Partial<ProcessOptions>,
  work: (opened: ScoringProcess) => Promise<Result>,
): Promise<Result> {
  const opened = await ScoringProcess.start({ memoryMb: 256, runtime: true, ...options });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function untilDead(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200 && alive(pid); tries += 1) await sleep(25);
  return !alive(pid);
}

it("answers one question after another, and goes on after a refusal", async () => {
  const good = await stored("good.onnx", encoded(tableGraph()));
  const bad = await stored("bad.onnx", new Uint8Array(100));
  const statuses = await using({}, async (opened) => {
    const answers: Answer[] = [];
    for (const file of [good, bad, good]) answers.push(await opened.ask(about(file)));
    return answers.map((answer) => (answer.kind === "verdict" ? answer.verdict.status : answer.kind));
  });
  expect(statuses).toEqual(["accepted", "refused", "accepted"]);
});

describe("a file that", () => {
  it("takes too long ends its process", async () => {
    const file = await stored("endless.onnx", endlessGraph());
    await using({}, async (opened) => {
      expect(await opened.ask(about(file, { timeoutSeconds: 1 }))).toEqual({ kind: "timed-out" });
      expect(await untilDead(opened.pid)).toBe(true);
    });
  });

  it("asks for more memory than allowed is refused it", async (context) => {
    if (!existsSync("/usr/bin/prlimit")) context.skip("no prlimit on this machine");
    const file = await stored("large.onnx", largeGraph(800));
    const fits = await stored("fits.onnx", largeGraph(8));
    await using({}, async (opened) => {
      expect(await opened.ask(about(file))).toMatchObject({ kind: "verdict", verdict: { code: "out-of-memory" } });
      expect(await opened.ask(about(fits))).toMatchObject({ kind: "verdict", verdict: { status: "accepted" } });
    });
  });

  it("takes more memory than allowed ends its process, also where the kernel has no limit", async () => {
    const file = await stored("large.onnx", largeGraph(800));
    const question = about(file);
    await using({ kernelLimit: "off" }, async (opened) => {
      expect(await opened.ask(question)).toEqual({ kind: "out-of-memory" });
      expect(await untilDead(opened.pid)).toBe(true);
    });
  });

  it("swells as it is decoded is refused", async () => {
    const file = await stored("swelling.onnx", swellingGraph(4_000_000));
    await using({ memoryMb: 32 }, async (opened) =>
      expect(await opened.ask(about(file))).toEqual({ kind: "out-of-memory" }),
    );
  });

  it("is no regular file is refused", async () => {
    await using({ runtime: false }, async (opened) => {
      for (const file of ["/dev/zero", folder])
        expect(await opened.ask(about(file))).toMatchObject({ verdict: { code: "file-kind" } });
    });
  });

  it("has too many bytes is refused unread", async () => {
    const file = await stored("good.onnx", encoded(tableGraph()));
    const request = { type: "graph", file, rules: { ...rules, maxBytes: 10 } } as const;
    await using({ runtime: false }, async (opened) =>
      expect(await opened.ask(about(file, { request }))).toMatchObject({
        verdict: { code: "file-too-large", reason: expect.stringContaining("10 are allowed") as string },
      }),
    );
  });

  it("is not there is the host's fault", async () => {
    await using({ runtime: false }, async (opened) =>
      expect(opened.ask(about(path.join(folder, "missing")))).rejects.toMatchObject({ code: "host.onnx-scoring" }),
    );
  });
});

describe("a process that", () => {
  const misbehaving = (deed: string): Partial<ProcessOptions> => ({
    program: inTest("misbehaving-program.ts"),
    // Its second argument, where ours is told whether to load the runtime.
    runtime: deed as unknown as boolean,
  });
  const answer = (deed: string): Promise<Answer> =>
    using(misbehaving(deed), (opened) => opened.ask(about("/", { timeoutSeconds: 2 })));

  it("does not start is the host's fault; it was given no environment", async () => {
    await expect(answer("never-ready")).rejects.toMatchObject({
      code: "host.onnx-scoring",
      message: expect.stringMatching(/did not start \(exit 3\): environment: (none|NODE_COMPILE_CACHE)/) as string,
    });
  });

  it("crashes is a verdict", async () => {
    expect(await answer("segmentation-fault")).toEqual({ kind: "crashed", how: "SIGSEGV" });
    expect(await answer("exit")).toEqual({ kind: "crashed", how: "exit 0" });
  });

  it.each(["no-json", "not-a-number", "other-status", "long-reason", "ready-again", "flood"])(
    "says what makes no sense (%s) is ended",
    async (deed) => {
      expect(await answer(deed)).toMatchObject({ kind: "crashed" });
    },
  );

  it.each(["nothing", "endless-progress", "complaints"])("never comes to an answer (%s) is ended", async (deed) => {
    expect(await answer(deed)).toEqual({ kind: "timed-out" });
  });

  it("wants to move a terminal's cursor is not let", async () => {
    const { verdict } = (await answer("terminal")) as { verdict: Extract<Verdict, { status: "refused" }> };
    expect(verdict).toEqual({ status: "refused", code: "a�[2J", reason: "one �[2Jtwo" });
  });

  it("crashes while the runtime works is a verdict", async () => {
    const file = await stored("endless.onnx", endlessGraph());
    await using({}, async (opened) => {
      const asked = opened.ask(about(file));
      await sleep(300);
      process.kill(opened.pid, "SIGSEGV");
      expect(await asked).toEqual({ kind: "crashed", how: "SIGSEGV" });
    });
  });

  it("is killed by somebody else is nobody's verdict", async () => {
    const file = await stored("endless.onnx", endlessGraph());
    await using({}, async (opened) => {
      const asked = opened.ask(about(file));
      const outcome = expect(asked).rejects.toMatchObject({ code: "host.onnx-scoring" });
      await sleep(300);
      process.kill(opened.pid, "SIGKILL");
      await outcome;
    });
  });
});

it("ends at once when the work is given up", async () => {
  const file = await stored("endless.onnx", endlessGraph());
  const given = new AbortController();
  await using({}, async (opened) => {
    const outcome = expect(opened.ask(about(file, { signal: given.signal, timeoutSeconds: 600 }))).rejects.toThrow(
      "given up",
    );
    await sleep(300);
    given.abort(new Error("given up"));
    await outcome;
    expect(await untilDead(opened.pid)).toBe(true);
  });
});

it("ends when its host is killed, also while the runtime works", async () => {
  const file = await stored("endless.onnx", endlessGraph());
  const host = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", inTest("host-program.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number(await new Promise((resolve) => host.stdout.once("data", resolve)));
  await sleep(500);
  expect(alive(pid)).toBe(true);
  host.kill("SIGKILL");
  expect(await untilDead(pid)).toBe(true);
});
