import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Bench, checkout, toyTask, type ErrorObject } from "./cli.ts";

const truth = "the whole truth\n";
const sha256 = createHash("sha256").update(truth).digest("hex");

/** The toy pack, both of whose scorers ask for an asset. */
async function packWithAsset(url: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-pack-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(path.join(checkout, toyTask), folder, {
    recursive: true,
    filter: (file) => path.basename(file) !== "node_modules",
  });
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(path.join(folder, file), change(await readFile(path.join(folder, file), "utf8")));
  // The toy itself can be found without being installed, where pnpm's launcher says so in NODE_PATH.
  await edit("package.json", (text) => text.replace("@rebench-examples/pack-estimate-pi", "@acme/pack-assets"));
  const asset = { name: "truth", url, sha256, bytes: truth.length, licence: "CC0-1.0" };
  await edit("src/index.js", (text) =>
    text
      .replace("noise: 0,", `noise: 0,\n  assets: [${JSON.stringify(asset)}],`)
      .replace("score({ submission }) {", 'score({ submission, assetPath }) {\n  await readFile(assetPath("truth"));'),
  );
  await edit("scorer/score.py", (text) => `${text}\nassert open("assets/truth").read() == ${JSON.stringify(truth)}\n`);
  return folder;
}

it("a tier's assets are fetched once, before anything starts, and both kinds of scorer find them", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end(truth);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const pack = await packWithAsset(`http://127.0.0.1:${port}/truth.txt`);
  await using bench = await Bench.open();
  expect((await bench.run("packs", "add", pack)).code).toBe(0);
  for (const task of ["main", "python"]) {
    const name = `@acme/pack-assets/${task}`;
    const graded = await bench.json<{ status: string; normalized: number }>(
      "grade",
      name,
      path.join(pack, "reference"),
    );
    expect(graded, graded.stderr).toMatchObject({ code: 0, value: { status: "valid", normalized: 1 } });
  }
  expect(requests).toBe(1);
  server.close();

  // Without its address and without a copy nothing starts; a private copy does as well.
  await rm(path.join(bench.home, "assets"), { recursive: true });
  const run = ["run", "@acme/pack-assets", "--agent", "nop"];
  const without = await bench.json<ErrorObject>(...run);
  expect(without).toMatchObject({ code: 2, value: { error: { code: "pack.asset-unavailable" } } });
  const copies = await mkdtemp(path.join(bench.home, "copies-"));
  await writeFile(path.join(copies, sha256), truth);
  expect((await bench.start(run, { REBENCH_ASSETS: copies }).finished).code).toBe(0);
});
