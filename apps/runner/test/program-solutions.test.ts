import { writeFile } from "node:fs/promises";
import path from "node:path";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { expect, it } from "vitest";
import { Bench, type RunObject } from "./cli.ts";
import { copyToyPack, type PackCopy } from "./pack-copy.ts";

interface CheckObject {
  readonly checks: readonly { readonly id: string; readonly ok: boolean; readonly message: string }[];
}

const program = (answer: string): string => `printf %s ${answer} >answer.txt\n`;

/** The toy pack, whose reference and rungs are programs that write their answer. */
async function packOfPrograms(reference: string): Promise<PackCopy> {
  const pack = await copyToyPack();
  await writeFile(path.join(pack.directory, "reference/solve.sh"), reference);
  const writer = new ZipWriter(new BlobWriter(), { password: "open", zipCrypto: true, useWebWorkers: false });
  for (const [rung, answer] of Object.entries({ 1: "3", 2: "3.1", 3: "3.14", 4: "3.142857142857143" }))
    await writer.add(`${rung}/solve.sh`, new TextReader(program(answer)));
  await writeFile(path.join(pack.directory, "rungs.zip"), Buffer.from(await (await writer.close()).arrayBuffer()));
  const command = 'command: "sh ~/agent/solve.sh"';
  await pack.edit("src/index.js", 'path: "reference" }', `path: "reference", ${command} }`);
  await pack.edit(
    "src/index.js",
    'rungs: "rungs"',
    `rungs: { kind: "archive", path: "rungs.zip", password: "open", ${command} }`,
  );
  return pack;
}

it("solutions that are programs are run: by the reference agent, and where the conformance list scores them", async () => {
  await using bench = await Bench.open();
  await using pack = await packOfPrograms(program("3.142857142857143"));
  const run = await bench.json<RunObject>("run", `${pack.directory}#main`, "--agent", "reference");
  expect(run.value.attempts[0]).toMatchObject({
    outcome: { kind: "completed" },
    score: { normalized: expect.closeTo(1, 9) },
  });

  const points = ["anchors", "rungs", "repeat"];
  const { value } = await bench.json<CheckObject>(
    "pack",
    "check",
    pack.directory,
    "--only",
    ...points,
    "--repeat",
    "2",
  );
  expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(value.checks.find(({ id }) => id === "main.mini.rungs")?.message).toMatch(/1 0\.000, .*, 4 1\.000/);
}, 120_000);

it("one that fails says so where it was to be scored, and is no golden submission", async () => {
  await using bench = await Bench.open();
  await using pack = await packOfPrograms("exit 3\n");
  const { code, value } = await bench.json<CheckObject>("pack", "check", pack.directory, "--only", "anchors");
  expect(code).toBe(6);
  expect(value.checks.find(({ ok }) => !ok)?.message).toContain("makes no submission: the command exited with 3");

  const recorded = await bench.run("pack", "version", pack.directory, "--record");
  expect(recorded.stderr + recorded.stdout).toContain("its solutions are programs");
}, 120_000);
