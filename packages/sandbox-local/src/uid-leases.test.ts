import { describe, expect, it } from "vitest";
import { parseCpuList } from "./cpus.ts";
import { leaseRange } from "./uid-leases.ts";

describe("user ids for sandboxes", () => {
  it("lie where this namespace has users that nobody else has", () => {
    expect(leaseRange("         0          0 4294967295\n")?.first).toBe(1_900_000_000);
    expect(leaseRange("0 100000 65536\n")?.first).toBe(30_000);
    expect(leaseRange("0 1000 1\n")).toBeNull();
    expect(leaseRange("0 1000 1\n1 100000 65536\n")?.first).toBe(30_000);
  });
});

describe("a list of CPUs", () => {
  it("is read with its ranges", () => {
    expect(parseCpuList("0-3,8,10-11\n")).toEqual([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCpuList("")).toEqual([]);
  });
});
