import { chmod, readFile, rename, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { Bench, type ErrorObject, type RunObject } from "./cli.ts";
import { copyToyPack } from "./pack-copy.ts";

type Refused = ErrorObject & { readonly problems: readonly { code: string; where: string; message: string }[] };

const run = ["run", "./pi", "--agent", "nop"];

describe("rebench lock", () => {
  it("writes the same bytes in any folder, at any time", async () => {
    await using bench = await Bench.open();
    await using one = await copyToyPack();
    await using other = await copyToyPack();
    await utimes(path.join(other.directory, "start/answer.txt"), 1, 1);
    await chmod(path.join(other.directory, "start/answer.txt"), 0o600);
    for (const pack of [one, other])
      expect(await bench.in(pack.around, "lock", "./pi")).toMatchObject({ code: 0, stderr: expect.any(String) });
    const [left, right] = await Promise.all(
      [one, other].map((pack) => readFile(path.join(pack.around, "rebench.lock.json"), "utf8")),
    );
    expect(left).toBe(right);
    expect(left).not.toContain(one.around);
  });

  it("prints with --json what it writes to --out", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    const { stdout } = await bench.in(pack.around, "lock", "./pi", "--out", "other.json", "--json");
    expect(JSON.parse(await readFile(path.join(pack.around, "other.json"), "utf8"))).toEqual(JSON.parse(stdout));
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      spec: 1,
      packs: [{ name: "@rebench-examples/pack-estimate-pi", version: "1.0.0" }],
    });
  });
});

describe("rebench run --locked", () => {
  it("runs what is locked, and refuses a changed byte with its file, its digests and its part", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await bench.in(pack.around, "lock", "./pi");
    const whole = await bench.in(pack.around, ...run, "--locked", "--json");
    expect({ code: whole.code, outcome: (JSON.parse(whole.stdout) as RunObject).outcome }).toEqual({
      code: 0,
      outcome: "completed",
    });

    await pack.edit("scorer/score.py", "import", "IMPORT");
    const refused = await bench.in(pack.around, ...run, "--locked", "--json");
    expect(refused.code).toBe(6);
    const { error, problems } = JSON.parse(refused.stdout) as Refused;
    expect(error.code).toBe("lock.differs");
    expect(problems.map(({ code }) => code).slice(0, 3)).toEqual(["lock.integrity", "lock.file", "lock.part"]);
    // In TypeScript any file of the pack that is not named elsewhere may decide a score.
    expect(problems[1]?.message).toMatch(
      /^scorer\/score\.py is sha256-\S+, and sha256-\S+ in the lock \(main\/mini scorer, .*python\/mini scorer/,
    );
    expect(problems.map(({ where }) => where).join("\n")).toContain("python/mini scorer");
    expect(refused.stderr).toContain("scorer/score.py");
    // Without --locked the same pack is none of the lock's business.
    expect(await bench.in(pack.around, ...run)).toMatchObject({ code: 0 });
  });

  it("runs no code of a pack that differs, even where it could not be loaded", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await bench.in(pack.around, "lock", "./pi");
    await pack.edit("src/index.js", "import", "process.exit(77); import");
    const refused = await bench.in(pack.around, ...run, "--locked");
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("main/mini scorer");
  });

  it("lists missing, new and newly executable files at once", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await bench.in(pack.around, "lock", "./pi");
    await rename(path.join(pack.directory, "start/answer.txt"), path.join(pack.directory, "start/other.txt"));
    await chmod(path.join(pack.directory, "README.md"), 0o755);
    const { code, stderr } = await bench.in(pack.around, ...run, "--locked");
    expect(code).toBe(6);
    for (const said of ["start/answer.txt is missing", "start/other.txt is not in the lock", "README.md is executable"])
      expect(stderr).toContain(said);
  });

  it("refuses without a lock, with a damaged one, and with one that does not hold the pack", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    const locked = async (): Promise<{ code: number | null; error: string }> => {
      const { code, stdout } = await bench.in(pack.around, ...run, "--locked", "--json");
      return { code, error: (JSON.parse(stdout) as ErrorObject).error.code };
    };
    expect(await locked()).toEqual({ code: 6, error: "lock.not-found" });
    const file = path.join(pack.around, "rebench.lock.json");
    await writeFile(file, "{}");
    expect(await locked()).toEqual({ code: 6, error: "lock.unreadable" });
    await writeFile(file, JSON.stringify({ schema: 1, spec: 1, packs: [], prices: {} }));
    expect(await locked()).toEqual({ code: 6, error: "lock.differs" });
    expect(await bench.in(pack.around, ...run, "--locked=loose")).toMatchObject({ code: 2 });
  });

  it("warns of another Node than in the last run of the same content, and refuses it only when strict", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await bench.in(pack.around, "lock", "./pi");
    const first = await bench.in(pack.around, ...run, "--locked=strict", "--json");
    expect(first.code).toBe(0);
    expect(first.stderr).toContain("nothing that Node, engine and layers could differ from");
    expect(await bench.in(pack.around, ...run, "--locked=strict")).toMatchObject({ code: 0 });

    const { runId, attempts } = JSON.parse(first.stdout) as RunObject;
    await bench.forgetOtherRuns(runId);
    const journal = attempts[0]?.journal ?? "";
    await writeFile(
      journal,
      (await readFile(journal, "utf8")).replace(`"node":"${process.versions.node}"`, '"node":"1.2.3"'),
    );
    const strict = await bench.in(pack.around, ...run, "--locked=strict");
    expect(strict.code).toBe(6);
    expect(strict.stderr).toContain(`Node: 1.2.3 in the last run of the same content, ${process.versions.node} now`);
    const lenient = await bench.in(pack.around, ...run, "--locked");
    expect(lenient.code).toBe(0);
    expect(lenient.stdout).toContain("WARNING");
  });
});

describe("rebench verify LOCKFILE", () => {
  it("compares the lock with the packs that are here", async () => {
    await using bench = await Bench.open();
    await using pack = await copyToyPack();
    await bench.in(pack.around, "lock", "./pi");
    // The pack of the checkout, which is the same, would do as well; this version is only here.
    await pack.edit("package.json", '"version": "1.0.0"', '"version": "1.0.1"');
    await bench.in(pack.around, "lock", "./pi");
    expect(await bench.in(pack.around, "verify")).toMatchObject({ code: 0 });
    await pack.edit("instructions/mini.md", "\n", "\n\n");
    const { code, stdout } = await bench.in(pack.around, "verify", "./rebench.lock.json", "--json");
    expect(code).toBe(6);
    expect(stdout).toContain("main/mini instructions");
    await rename(pack.directory, path.join(pack.around, "node_modules", "elsewhere"));
    const gone = await bench.in(pack.around, "verify", "--json");
    expect(gone.code).toBe(6);
    expect(gone.stdout).toContain("pack.not-installed");
  });
});
