import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import type { Asset } from "@rebench/task-kit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { downloadAsset } from "./download-asset.ts";
import { haveAssets } from "./have-assets.ts";

const bytes = Buffer.from("held-out data\n".repeat(10_000));
const sha256 = createHash("sha256").update(bytes).digest("hex");

let root: string;
let server: Server;
let asset: Asset;
let requests: number;
let answer: RequestListener;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "rebench-assets-"));
  requests = 0;
  answer = (_, response) => response.end(bytes);
  server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  asset = {
    name: "held-out",
    url: `http://127.0.0.1:${port}/v1/data.txt`,
    sha256,
    bytes: bytes.length,
    licence: "CC0-1.0",
  };
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const folder = (): string => path.join(root, "assets");
const have = (copies: string | null = null, ...more: readonly Asset[]): Promise<void> =>
  haveAssets({ assets: [asset, ...more], folder: folder(), copies, onProgress: () => undefined });
const stored = (): Promise<Buffer> => readFile(path.join(folder(), sha256));

it("downloads an asset once, whoever declares it under whatever name", async () => {
  await have(null, { ...asset, name: "the-same" });
  await have();
  expect([requests, (await stored()).equals(bytes)]).toEqual([1, true]);
  expect(await readdir(folder())).toEqual([sha256]);
});

it("two at once leave one whole file", async () => {
  await Promise.all([have(), have(), have()]);
  expect((await stored()).equals(bytes)).toBe(true);
  expect(await readdir(folder())).toEqual([sha256]);
});

it("one that was damaged on the disk is fetched again", async () => {
  await have();
  await writeFile(path.join(folder(), sha256), Buffer.alloc(bytes.length));
  await have();
  expect([requests, (await stored()).equals(bytes)]).toEqual([2, true]);
});

it.each([
  ["its digest", () => sha256],
  ["the end of its address", () => "data.txt"],
  ["its name", () => "held-out"],
])("a private copy under %s takes the place of the download", async (_, name) => {
  const copies = await mkdtemp(path.join(root, "copies-"));
  await writeFile(path.join(copies, name()), bytes);
  await have(copies);
  expect([requests, (await stored()).equals(bytes)]).toEqual([0, true]);
});

it("a private copy with other bytes is refused, not passed over", async () => {
  const copies = await mkdtemp(path.join(root, "copies-"));
  await writeFile(path.join(copies, "data.txt"), "other bytes");
  await expect(have(copies)).rejects.toMatchObject({ code: "pack.asset-mismatch" });
  expect(requests).toBe(0);
});

it.each<[string, RequestListener, string]>([
  ["404", (_, response) => response.writeHead(404).end(), "pack.asset-unavailable"],
  ["500", (_, response) => response.writeHead(500).end(), "pack.asset-unavailable"],
  ["half of it", (_, response) => response.end(bytes.subarray(0, 5000)), "pack.asset-unavailable"],
  [
    "half of it, and breaks off",
    (_, response) => void response.write(bytes.subarray(0, 5000), () => response.destroy()),
    "pack.asset-unavailable",
  ],
  ["something of the same size", (_, response) => response.end(Buffer.alloc(bytes.length)), "pack.asset-mismatch"],
  ["something without end", (_, response) => endless(response), "pack.asset-mismatch"],
])("an address that answers %s is an error, and nothing is kept", async (_, listener, code) => {
  answer = listener;
  await expect(have()).rejects.toMatchObject({ code, fix: expect.stringContaining("REBENCH_ASSETS") as string });
  expect(await readdir(folder())).toEqual([]);
});

it("an address that falls silent is given up", async () => {
  answer = (_, response) => void response.write("h");
  const file = path.join(root, "file");
  const downloading = downloadAsset({ asset, file, onProgress: () => undefined, patienceSeconds: 0.3 });
  await expect(downloading).rejects.toMatchObject({ code: "pack.asset-unavailable" });
});

function endless(response: Parameters<RequestListener>[1]): void {
  while (!response.destroyed && response.write(bytes));
  if (!response.destroyed) response.once("drain", () => endless(response));
}
