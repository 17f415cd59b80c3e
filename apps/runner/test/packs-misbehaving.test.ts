import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject, type RunObject } from "./cli.ts";

/** Installs the toy pack under a name of its own, with code before its own. */
async function install(bench: Bench, name: string, code: string): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-pack-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const filter = (file: string): boolean => path.basename(file) !== "node_modules";
  await cp(path.join(checkout, toyTask), folder, { recursive: true, filter });
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(path.join(folder, file), change(await readFile(path.join(folder, file), "utf8")));
  await edit("package.json", (text) => text.replace("@rebench-examples/pack-estimate-pi", name));
  await edit("src/index.js", (text) => `${code};\n${text}`);
  const { code: exit, stderr } = await bench.run("packs", "add", folder);
  expect(exit, stderr).toBe(0);
}

interface Listed {
  readonly packs: readonly { readonly name: string; readonly problem: string | null }[];
}

it("packs that throw, print, exit or die while loading are listed with their fault, beside those that work", async () => {
  await using bench = await Bench.open();
  const faults = [
    ["@acme/pack-throws", 'throw new Error("boom")', "pack.load-failed"],
    ["@acme/pack-prints", 'process.stdout.write("}{ not JSON")', "pack.load-prints"],
    ["@acme/pack-exits", "process.exit(0)", "pack.load-exits"],
    ["@acme/pack-dies", "process.abort()", "pack.load-exits"],
  ] as const;
  for (const [name, code] of faults) await install(bench, name, code);
  await install(bench, "@acme/pack-works", "");
  const { code, value } = await bench.json<Listed>("packs");
  expect(code).toBe(0);
  const problems = new Map(value.packs.map((pack) => [pack.name, pack.problem]));
  for (const [name, , problem] of faults) expect(problems.get(name)).toContain(problem);
  expect(problems.get("@acme/pack-works")).toBeNull();

  for (const [name, , problem] of faults) {
    const run = await bench.json<ErrorObject>("run", name, "--agent", "nop");
    expect(run).toMatchObject({ code: 2, value: { error: { code: "pack.malformed" } } });
    expect(run.value.error.message).toContain(problem);
  }
  expect((await bench.run("run", "@acme/pack-works", "--agent", "nop")).code).toBe(0);
}, 120_000);

it("installing and judging run no code of a pack; using it does", async () => {
  await using bench = await Bench.open();
  const mark = path.join(bench.home, "mark");
  await install(
    bench,
    "@acme/pack-marks",
    `(await import("node:fs")).appendFileSync(${JSON.stringify(mark)}, "loaded\\n")`,
  );
  expect(existsSync(mark)).toBe(false);
  const loads = async (): Promise<number> => (await readFile(mark, "utf8")).trim().split("\n").length;
  await bench.json("packs");
  // Once in a process of its own, once here; from then on only here.
  expect(await loads()).toBe(2);
  await bench.json("packs");
  expect(await loads()).toBe(3);
});

it("an entry that was changed is tried again", async () => {
  await using bench = await Bench.open();
  const folder = path.join(checkout, "node_modules", ".rebench-test", path.basename(bench.home));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(path.join(checkout, toyTask), folder, { recursive: true });
  const run = (): Promise<{ code: number | null; value: RunObject & ErrorObject }> =>
    bench.json<RunObject & ErrorObject>("run", folder, "--agent", "nop");
  expect((await run()).code).toBe(0);
  const entry = path.join(folder, "src/index.js");
  await writeFile(entry, `process.exit(7);\n${await readFile(entry, "utf8")}`);
  expect((await run()).value.error.message).toMatch(/pack\.load-exits: .*exit 7/);
});
