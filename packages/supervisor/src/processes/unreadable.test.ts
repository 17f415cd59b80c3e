import { describe, expect, it } from "vitest";
import { readProcesses } from "./process-table.ts";
import { isGone, throwIfExhausted } from "./unreadable.ts";

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe("a process that cannot be read", () => {
  it.runIf(process.platform === "linux")("is gone only where the system says so", () => {
    expect(readProcesses(`/proc/${2 ** 22 + 1}/root/proc`)).toEqual([]);
    expect(() => readProcesses(`/${"long".repeat(100)}`)).toThrow("ENAMETOOLONG");
  });

  it("is not taken for gone when we have run out of something", () => {
    expect(["ENOENT", "ESRCH", "EMFILE", "EACCES"].map((code) => isGone(failure(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(() => throwIfExhausted(failure("EMFILE"))).toThrow("EMFILE");
    expect(() => throwIfExhausted(failure("ENOENT"))).not.toThrow();
  });
});
