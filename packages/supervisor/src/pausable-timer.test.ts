import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPausableTimer } from "./pausable-timer.ts";

describe("pausable timer", () => {
  it("counts only while it runs, and ends once", async () => {
    let ends = 0;
    const timer = createPausableTimer(60, () => ends++);
    timer.pause();
    await sleep(90);
    expect(ends).toBe(0);
    timer.resume();
    timer.resume();
    await sleep(120);
    expect(ends).toBe(1);
    timer.resume();
    await sleep(90);
    expect(ends).toBe(1);
  });

  it("takes delays beyond what a timer of Node's can", async () => {
    let ends = 0;
    const timer = createPausableTimer(2 ** 33, () => ends++);
    await sleep(20);
    timer.cancel();
    expect(ends).toBe(0);
  });
});
