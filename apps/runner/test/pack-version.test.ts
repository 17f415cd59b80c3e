import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { Bench, checkout } from "./cli.ts";
import { copyToyPack, type PackCopy } from "./pack-copy.ts";

interface Judged {
  readonly ok: boolean;
  readonly required: "major" | "minor" | null;
  readonly next: string;
  readonly findings: readonly {
    readonly tier: string;
    readonly part: string | null;
    readonly files: readonly string[];
  }[];
  readonly golden: readonly string[];
}

async function judge(
  bench: Bench,
  pack: PackCopy,
  ...more: readonly string[]
): Promise<{ code: number | null } & Judged> {
  const { code, stdout, stderr } = await bench.in(pack.around, "pack", "version", "./pi", "--json", ...more);
  if (stdout === "") throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Judged) };
}

/** So that not every file of the pack counts as the scorer's; a service's code could be anywhere. */
async function nameFilesOfScorer(pack: PackCopy): Promise<void> {
  await writeFile(path.join(pack.directory, "src/score.js"), "");
  await pack.edit("src/index.js", 'kind: "typescript", score,', 'kind: "typescript", score, files: ["src/score.js"],');
  await pack.edit("src/index.js", "services: [compare]", "services: []");
}

it("asks for the version that the changes since the release mean", async () => {
  await using bench = await Bench.open();
  await using pack = await copyToyPack();
  await nameFilesOfScorer(pack);
  expect(await bench.in(pack.around, "pack", "version", "./pi")).toMatchObject({ code: 0 });
  expect(await bench.in(pack.around, "pack", "version", "./pi", "--record")).toMatchObject({ code: 0 });
  expect(await judge(bench, pack)).toMatchObject({ code: 0, ok: true, required: null });

  await pack.edit("README.md", "\n", "\n\n");
  expect(await judge(bench, pack)).toMatchObject({ code: 0, ok: true, required: null });

  await pack.edit("scorer/score.py", "import", "# a comment\nimport");
  expect(await judge(bench, pack)).toMatchObject({
    code: 6,
    required: "major",
    findings: [{ tier: "python/mini", part: "scorer", files: ["scorer/score.py"] }],
  });
  const text = await bench.in(pack.around, "pack", "version", "./pi");
  expect(text.stdout).toContain("the scorer of python/mini changed (scorer/score.py)");
  expect(text.stdout).toMatch(/Either raise the major version[^]*--rescore/);

  // It scores alike, and that is remembered.
  const shown = await judge(bench, pack, "--rescore");
  expect(shown).toMatchObject({ code: 0, ok: true, required: null });
  expect(shown.golden).toEqual(["python/mini: 5 golden submissions score as in 1.0.0"]);
  expect(await judge(bench, pack)).toMatchObject({ code: 0, ok: true, required: null });

  // Not alike.
  await pack.edit("scorer/score.py", "math.log(", "0.5 * math.log(");
  const unlike = await judge(bench, pack, "--rescore");
  expect(unlike).toMatchObject({ code: 6, ok: false, required: "major" });
  expect(unlike.golden.join("\n")).toContain("python/mini: rungs/0-start scored 0 (raw -1.9");

  // A changeset, or the version itself, says so.
  await mkdir(path.join(pack.around, ".changeset"));
  await writeFile(
    path.join(pack.around, ".changeset/one.md"),
    '---\n"@rebench-examples/pack-estimate-pi": minor\n---\n',
  );
  expect(await judge(bench, pack)).toMatchObject({ code: 6, next: "1.1.0" });
  await writeFile(
    path.join(pack.around, ".changeset/two.md"),
    '---\n"@rebench-examples/pack-estimate-pi": major\n---\n',
  );
  expect(await judge(bench, pack)).toMatchObject({ code: 0, ok: true, next: "2.0.0", required: "major" });

  // A record is not written over by a version that is none.
  const file = path.join(pack.directory, ".released.json");
  const before = await readFile(file, "utf8");
  expect(await judge(bench, pack, "--record")).toMatchObject({ required: "major" });
  expect(await readFile(file, "utf8")).toBe(before);
  await pack.edit("package.json", '"version": "1.0.0"', '"version": "2.0.0"');
  expect(await bench.in(pack.around, "pack", "version", "./pi", "--record")).toMatchObject({ code: 0 });
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ pack: { version: "2.0.0" }, equivalent: {} });
});

it("asks for a minor version when a tier was added", async () => {
  await using bench = await Bench.open();
  await using pack = await copyToyPack();
  await nameFilesOfScorer(pack);
  await bench.in(pack.around, "pack", "version", "./pi", "--record");
  const one = 'tiers: [mini({ kind: "python"';
  await pack.edit(
    "src/index.js",
    one,
    `tiers: [{ ...mini({ kind: "python", script: "scorer/score.py", files: [], timeoutSeconds: 30 }), name: "full" }, ${one.slice(8)}`,
  );
  expect(await judge(bench, pack)).toMatchObject({
    code: 6,
    required: "minor",
    findings: [{ tier: "python/full", part: null }],
  });
  await pack.edit("package.json", '"version": "1.0.0"', '"version": "1.1.0"');
  expect(await judge(bench, pack)).toMatchObject({ code: 0, ok: true, required: "minor", next: "1.1.0" });
});

it("every pack of this checkout has, with its changesets, the version that its changes ask for", async () => {
  await using bench = await Bench.open();
  for (const name of await readdir(path.join(checkout, "task-packs"))) {
    const { code, stdout } = await bench.run("pack", "version", `task-packs/${name}`);
    expect({ name, code, stdout: code === 0 ? "" : stdout }).toEqual({ name, code: 0, stdout: "" });
  }
  const { fixed } = JSON.parse(await readFile(path.join(checkout, ".changeset/config.json"), "utf8")) as {
    fixed: string[][];
  };
  const host: string[] = [];
  for (const room of ["packages", "apps"])
    for (const folder of await readdir(path.join(checkout, room)))
      host.push(
        (JSON.parse(await readFile(path.join(checkout, room, folder, "package.json"), "utf8")) as { name: string })
          .name,
      );
  // Host packages move together, packs alone.
  expect(fixed.map((group) => group.toSorted())).toEqual([host.sort()]);
});
