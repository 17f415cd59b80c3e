import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { captureFolder } from "./capture-folder.ts";

const root = mkdtempSync(join(tmpdir(), "rebench-capture-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("refuses a path that is longer than a destination can take", async () => {
  const solution = join(root, "solution");
  const deep = join(solution, "src", ...Array.from({ length: 8 }, () => "n".repeat(255)));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "file"), "");
  const contract = {
    entries: [{ path: "src", kind: "folder", required: true, maxBytes: 100 }],
    maxFiles: 100,
  } as const;
  const result = await captureFolder(solution, contract, join(root, "captured"));
  expect(result).toMatchObject({ status: "invalid" });
  expect(result.status === "invalid" && result.reason).toMatch(/"src\/n+.*" is longer than 1024 bytes/);
  expect(readdirSync(root)).toEqual(["solution"]);
});
