import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPackages, packPackage, publishedPackages } from "./pack-published.ts";

/** Node 24 loads ES modules also where they are required, and nothing older is supported. */
const ignoredKinds = new Set(["CJSResolvesToESM", "NoResolution"]);
const modern = (resolution: unknown): boolean => resolution !== "node10" && resolution !== "node16-cjs";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rebench-published-"));
  await buildPackages();
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(publishedPackages())("$name", (published) => {
  it("is found by publint and by TypeScript as its manifest says", async () => {
    const content = await readFile(await packPackage(published, folder));
    const tarball = content.buffer.slice(content.byteOffset, content.byteOffset + content.length) as ArrayBuffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}) ?? message.code)).toEqual([]);

    const analysis = await checkPackage(createPackageFromTarballData(content));
    const problems = analysis.types === false ? ["it has no types"] : analysis.problems;
    expect(
      problems.filter(
        (problem) =>
          typeof problem === "string" ||
          !ignoredKinds.has(problem.kind) ||
          ("resolutionKind" in problem && modern(problem.resolutionKind)),
      ),
    ).toEqual([]);
  });
});
