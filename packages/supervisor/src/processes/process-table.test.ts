import { describe, expect, it } from "vitest";
import { withDescendants } from "./members.ts";
import { parseStat, readProcess } from "./process-table.ts";

describe("process table", () => {
  it("reads a line whose name tries to look like the rest", () => {
    const rest = Array.from({ length: 40 }, (_, index) => String(index + 4));
    const entry = parseStat(`77 (a) S 1 (b) R 5 6 7 ${rest.join(" ")}`);
    expect(entry).toMatchObject({ pid: 77, state: "R", ppid: 5, pgid: 6, sid: 7 });
  });

  it("finds itself", () => {
    expect(readProcess(process.pid)).toMatchObject({ pid: process.pid, ppid: process.ppid });
    expect(readProcess(2 ** 22 + 1)).toBeNull();
  });

  it("follows parents, sessions and groups", () => {
    const entry = (pid: number, ppid: number, sid = pid, pgid = pid) => ({
      pid,
      ppid,
      sid,
      pgid,
      state: "S",
      startTime: "",
      cpuSeconds: 0,
      residentBytes: 0,
    });
    const all = [entry(5, 4), entry(4, 3), entry(3, 1), entry(9, 1, 4), entry(8, 1, 8, 5), entry(7, 1)];
    expect([...withDescendants(all, new Set([3]))].toSorted()).toEqual([3, 4, 5, 8, 9]);
  });
});
