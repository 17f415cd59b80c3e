import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  ftruncateSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { extract } from "tar-stream";
import { afterAll, describe, expect, it } from "vitest";
import { buildContext, dockerfilePath, type BuildContext } from "./build-context.ts";

const root = mkdtempSync(join(tmpdir(), "rebench-context-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

interface Given {
  readonly content: string;
  readonly executable?: boolean;
}

const dockerfile = { Dockerfile: { content: "FROM debian:bookworm-slim\n" } };

function folderOf(files: Readonly<Record<string, Given>>): string {
  const folder = join(root, String(++count));
  mkdirSync(folder);
  for (const [path, { content, executable = false }] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: executable ? 0o755 : 0o644 });
  }
  return folder;
}

const digestOf = (files: Readonly<Record<string, Given>>): string => buildContext(folderOf(files)).digest;

async function entriesOf(context: BuildContext): Promise<ReadonlyMap<string, { mode: number; content: string }>> {
  const found = new Map<string, { mode: number; content: string }>();
  const archive = context.archive().pipe(extract());
  for await (const entry of archive) {
    expect(entry.header.mtime?.getTime()).toBe(0);
    found.set(entry.header.name, { mode: entry.header.mode ?? 0, content: await text(entry) });
  }
  return found;
}

const names = fc.stringMatching(/^[a-c]{1,2}$/);
const trees = fc.dictionary(names, fc.record({ content: fc.string({ maxLength: 5 }), executable: fc.boolean() }), {
  maxKeys: 4,
});

describe("a build context", () => {
  it("has one digest for one content", () => {
    fc.assert(
      fc.property(trees, trees, (one, other) => {
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(digestOf({ ...dockerfile, ...one }) === digestOf({ ...dockerfile, ...other })).toBe(same);
      }),
      { numRuns: 30 },
    );
  });

  it("has another digest for another byte, name, place or executable bit, and not for times, owners or other modes", () => {
    const files = { ...dockerfile, "src/a": { content: "one" } };
    const folder = folderOf(files);
    const { digest } = buildContext(folder);
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    utimesSync(join(folder, "src/a"), 1, 1);
    chmodSync(join(folder, "src/a"), 0o600);
    chmodSync(join(folder, "src"), 0o700);
    if (process.getuid?.() === 0) chownSync(join(folder, "src/a"), 1234, 1234);
    expect(buildContext(folder).digest).toBe(digest);
    chmodSync(join(folder, "src/a"), 0o755);
    const others = [
      buildContext(folder).digest,
      digestOf({ ...dockerfile, "src/a": { content: "onf" } }),
      digestOf({ ...dockerfile, "src/b": { content: "one" } }),
      digestOf({ ...dockerfile, a: { content: "one" } }),
      digestOf({ ...files, "src/empty": { content: "" } }),
      digestOf({ ...files, Dockerfile: { content: "FROM debian:bookworm-slim\n\n" } }),
      buildContext(null).digest,
    ];
    expect(new Set([digest, ...others]).size).toBe(others.length + 1);
  });

  it("brings the folder's files and ours, and keeps a pack's own folder of our name out of the way", async () => {
    const folder = folderOf({
      ...dockerfile,
      "bin/run": { content: "#!", executable: true },
      "data/one": { content: "1" },
      ".rebench/Dockerfile": { content: "FROM elsewhere\n" },
      ".rebench/inside/main.c": { content: "int main(void) { return 7; }" },
      ".rebench/inside/more.c": { content: "" },
    });
    const entries = await entriesOf(buildContext(folder));
    expect(entries.get("bin/run")).toEqual({ mode: 0o755, content: "#!" });
    expect(entries.get("data/one")).toEqual({ mode: 0o644, content: "1" });
    expect(entries.get(dockerfilePath)?.content).toContain("AS rebench-inside-build");
    expect(entries.get(dockerfilePath)?.content).not.toContain("elsewhere");
    expect(entries.get(".rebench/inside/main.c")?.content).not.toContain("return 7");
    expect(entries.has(".rebench/inside/more.c")).toBe(false);
  });

  it("puts our stages around the Dockerfile, and ends with ours", async () => {
    const folder = folderOf({ Dockerfile: { content: "FROM debian:bookworm-slim AS one\nRUN true" } });
    const context = buildContext(folder);
    const whole = (await entriesOf(context)).get(dockerfilePath)?.content ?? "";
    expect([...whole.matchAll(/^FROM .*$/gm)].map(String)).toEqual([
      "FROM debian:bookworm-slim AS rebench-inside-build",
      "FROM debian:bookworm-slim AS one",
    ]);
    expect(whole.indexOf("RUN true\n")).toBeLessThan(whole.indexOf("\nUSER root\n"));
    expect(whole.trim().endsWith("CMD []")).toBe(true);
    expect(context.bases).toEqual(["debian:bookworm-slim", "debian:bookworm-slim"]);
    const platform = folderOf({ Dockerfile: { content: "from --platform=linux/amd64 some/base@sha256:00 as x\n" } });
    expect(buildContext(platform).bases).toContain("some/base@sha256:00");
  });

  it("needs a Dockerfile, no link, nothing special, and a size that can be sent", () => {
    const codeOf = (folder: string): unknown => {
      try {
        return buildContext(folder).digest;
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
    };
    expect(codeOf(folderOf({ "sub/Dockerfile": { content: "FROM x" } }))).toBe("pack.no-dockerfile");
    expect(codeOf(join(root, "missing"))).toBe("pack.no-dockerfile");
    for (const make of [
      (path: string) => symlinkSync("Dockerfile", path),
      (path: string) => symlinkSync("/etc", path),
      (path: string) => void execFileSync("mkfifo", [path]),
    ]) {
      const folder = folderOf({ ...dockerfile, "sub/a": { content: "" } });
      make(join(folder, "sub/odd"));
      expect(codeOf(folder)).toBe("pack.context-link");
    }
    // Sparse, and refused before it is read; in two folders together as in one.
    const spread = folderOf({ ...dockerfile, "a/x": { content: "" }, "b/y": { content: "" } });
    for (const path of ["a/x", "b/y"]) stretch(join(spread, path), 200 * 2 ** 20);
    expect(codeOf(spread)).toBe("pack.context-too-large");
    const one = folderOf({ ...dockerfile, large: { content: "" } });
    stretch(join(one, "large"), 300 * 2 ** 20);
    expect(codeOf(one)).toBe("pack.context-too-large");
  });
});

function sorted(tree: Readonly<Record<string, Given>>): unknown {
  return Object.entries(tree)
    .map(([name, { content, executable }]) => [name, content, executable])
    .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}

function stretch(path: string, bytes: number): void {
  const file = openSync(path, "w");
  ftruncateSync(file, bytes);
  closeSync(file);
}
