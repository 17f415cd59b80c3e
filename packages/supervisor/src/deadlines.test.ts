import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchDeadlines } from "./deadlines.ts";
import { deadlinesPath, readDeadlines } from "./status.ts";

describe("deadlines", () => {
  let folder = "";
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "rebench-deadlines-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("are kept in a file, and follow it", async () => {
    const reached: string[] = [];
    const options = { onReached: (limit: string) => void reached.push(limit), isFrozen: () => false };
    const watch = await watchDeadlines(folder, options);
    await watch.set({ workingEndsAt: Date.now() + 3_600_000, wallEndsAt: null });
    expect(await readDeadlines(folder)).toMatchObject({ wallEndsAt: null });
    writeFileSync(deadlinesPath(folder), JSON.stringify({ workingEndsAt: null, wallEndsAt: Date.now() + 100 }));
    await sleep(700);
    watch.stop();
    expect(reached[0]).toBe("wall");
  });

  it("stay in force when the file is spoilt", async () => {
    const reached: string[] = [];
    const options = { onReached: (limit: string) => void reached.push(limit), isFrozen: () => false };
    const watch = await watchDeadlines(folder, options);
    await watch.set({ workingEndsAt: Date.now() + 500, wallEndsAt: null });
    writeFileSync(deadlinesPath(folder), "not a deadline");
    await sleep(900);
    watch.stop();
    expect(reached[0]).toBe("working");
  });
});
