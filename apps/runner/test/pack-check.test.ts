import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { checkout } from "./cli.ts";
import { Shell } from "./shell.ts";

const types = path.join(checkout, "node_modules/@types");

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly fix: string }[];
}

it.each(["typescript", "python"])(
  "a new pack with a %s scorer passes its check at once",
  async (scorer) => {
    await using shell = await Shell.open();
    const made = await shell.json<{ files: readonly string[] }>(`rebench pack new toy --scorer ${scorer}`);
    expect(made.files.length).toBeLessThan(20);
    const report = await shell.json<Report>("rebench pack check toy --repeat 2");
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.ok).toBe(true);
  },
  120_000,
);

it.each(["typescript", "python"])("the sources of a new pack with a %s scorer are typed", async (scorer) => {
  await using shell = await Shell.open();
  await shell.done(`rebench pack new toy --scorer ${scorer}`);
  await shell.linkTaskKit();
  const strict =
    "--noEmit --allowJs --checkJs --strict --noUncheckedIndexedAccess --skipLibCheck --allowImportingTsExtensions";
  const platform = `--target es2024 --lib es2024,esnext.disposable --module nodenext --typeRoots ${types} --types node`;
  expect(await shell.done(`tsc ${strict} ${platform} toy/src/*.js toy/test/*.js`)).toBe("");
});

it("rebench pack calibrate measures what the tier says, and keeps it with the machine and the date", async () => {
  await using shell = await Shell.open();
  await shell.done("rebench pack new toy");
  const printed = await shell.json<{ tiers: readonly unknown[] }>("rebench pack calibrate toy --repeat 2 --write");
  const text = await readFile(path.join(shell.folder, "work/toy/baselines/measured.json"), "utf8");
  expect(JSON.parse(text)).toEqual(printed);
  expect(printed).toMatchObject({
    measuredOn: { hardware: expect.stringMatching(/^\d+ × /), date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    tiers: [{ task: "main", tier: "mini", unit: "ln(RMSE)", scorings: 2, noise: 0 }],
  });
  expect(printed.tiers[0]).toMatchObject({
    start: { mean: expect.closeTo(-0.371076, 5), standardDeviation: 0 },
    reference: { mean: expect.closeTo(-3.586783, 5), standardDeviation: 0 },
  });
});

it("what fails is reported with its fix, and the check exits with 6", async () => {
  await using shell = await Shell.open();
  await shell.done("rebench pack new toy && rm -r toy/cheats/far-too-many");
  const { code, stdout } = await shell.run("rebench pack check toy --only cheats rungs");
  expect(code).toBe(6);
  expect(stdout).toMatch(/FAIL {2}main\.mini\.cheats {2}2 cheats.*\n {6}fix: add folders to cheats/);
  expect(stdout).toContain("rebench pack check toy --only cheats");
});

it("rebench pack new makes a whole pack or nothing", async () => {
  await using shell = await Shell.open();
  const listed = async (): Promise<string[]> => readdir(path.join(shell.folder, "work"));
  for (const name of ["../toy", "Toy", "@acme", "toy/toy", ".toy", "node_modules", "x".repeat(215)]) {
    const { code, stderr } = await shell.run(`rebench pack new '${name}'`);
    expect({ name, code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("usage.pack-name") });
  }
  expect(await shell.done("rebench pack new @acme/toy --dry-run")).toContain("would make @acme/toy in toy");
  expect(await listed()).toEqual([]);
  await shell.done("mkdir toy");
  expect((await shell.run("rebench pack new toy")).stderr).toContain("pack.folder-exists");
  expect(await listed()).toEqual(["toy"]);
  await shell.done("rebench pack new @acme/toy --dir packs/first && rebench pack new toy --dir packs/second");
  expect(await shell.done("grep -rhoE 'rebench canary [0-9a-f-]{36}' packs | sort -u | wc -l")).toBe("2\n");
  expect((await readdir(path.join(shell.folder, "work/packs"))).sort()).toEqual(["first", "second"]);
});
