import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLease } from "./lease.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rebench-lease-"));
  file = path.join(folder, "the.lease");
});
afterEach(() => rm(folder, { recursive: true }));

describe("withLease", () => {
  it("lets one in at a time", async () => {
    let inside = 0;
    let most = 0;
    const work = () =>
      withLease({ file }, async () => {
        most = Math.max(most, (inside += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 6 }, work));
    expect(most).toBe(1);
  });

  it("says that it waits, and stops waiting when told to", async () => {
    let told = 0;
    await withLease({ file }, async () => {
      const impatient = withLease({ file, signal: AbortSignal.timeout(100), onWait: () => (told += 1) }, () =>
        Promise.resolve(),
      );
      await expect(impatient).rejects.toThrow();
    });
    expect(told).toBe(1);
  });

  it("is free again when its holder was killed", async () => {
    const holder = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `
      import { withLease } from ${JSON.stringify(new URL("./lease.ts", import.meta.url).href)};
      await withLease({ file: ${JSON.stringify(file)} }, () => { console.log("held"); return new Promise(() => setInterval(() => {}, 1000)); });
    `,
    ]);
    await once(holder.stdout, "data");
    let waited = false;
    const mine = withLease({ file, onWait: () => (waited = true) }, () => Promise.resolve("mine"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(waited).toBe(true);
    holder.kill("SIGKILL");
    await expect(mine).resolves.toBe("mine");
  });
});
