import { execFileSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { Bench, toyTask, type ErrorObject, type RunObject } from "./cli.ts";

const canMount = process.platform === "linux" && process.getuid?.() === 0;

it("a disk that fills up ends the attempt through our fault and loses no score", async ({ skip }) => {
  if (!canMount) skip("needs root on Linux, to mount a small disk");
  await using bench = await Bench.open();
  const home = path.join(bench.home, "small");
  await mkdir(home);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", home]);
  } catch {
    skip("mounting is not allowed here");
  }
  try {
    const line = `echo 3.14 > answer.txt; score; while note "$(head -c 3000 /dev/zero | tr '\\0' x)"; do :; done; sleep 60`;
    const began = Date.now();
    const run = await bench.json("run", toyTask, "--agent", "command", "--command", line, "--home", home);
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(run.code).toBe(3);
    expect(run.value.attempts[0]?.outcome).toMatchObject({ kind: "failed", blame: "host" });
    expect(run.stderr).not.toMatch(/\n\s+at /);
    const journal = await readFile(run.value.attempts[0]?.journal ?? "", "utf8");
    expect(journal.endsWith("\n")).toBe(true);
    const shown = await bench.json<RunObject>("show", run.value.runId, "--home", home);
    expect(shown.value.attempts[0]?.scores.map(({ status }) => status)).toEqual(["valid", "valid"]);
    const verified = await bench.json<{ problems: { code: string }[] }>("verify", run.value.runId, "--home", home);
    // The end could not be written; of what was, nothing is damaged.
    expect(verified.value.problems.map(({ code }) => code)).toEqual(["attempt.unfinished"]);
    // To the last page, so that not even a new run's first file fits.
    execFileSync("sh", ["-c", 'cat /dev/zero > "$1/filler" 2>/dev/null || true', "sh", home]);
    const again = await bench.json<ErrorObject>("run", toyTask, "--agent", "nop", "--home", home);
    expect({ code: again.code, error: again.value.error.code }).toEqual({ code: 2, error: "home.disk-full" });
    expect((await bench.json<{ removed: { folders: number } }>("clean")).value.removed.folders).toBe(0);
  } finally {
    execFileSync("umount", [home]);
  }
});
