import { describe, expect, it } from "vitest";
import { rootOf } from "./places.ts";

describe("places inside", () => {
  it.each([
    ["/home/agent", "/home/agent"],
    ["/home/agent/solution/a/../b", "/home/agent"],
    ["/home//agent/./x", "/home/agent"],
    ["/opt/rebench/task/a", "/opt/rebench/task"],
    ["/home/harness/x", "/home/harness"],
  ])("%s is below %s", (path, root) => expect(rootOf(path)).toBe(root));

  it.each([
    "/",
    "/home",
    "/home/agent2/x",
    "/home/agent/../other",
    "/home/agent/../../etc/passwd",
    "/opt/rebench/bin/score",
    "/opt/rebench/task/../bin",
    "/var/lib/rebench/end.json",
    "/tmp/x",
    "home/agent/x",
    "",
  ])("%j is below none of ours", (path) => {
    expect(() => rootOf(path)).toThrow(expect.objectContaining({ code: "sandbox.path-outside" }));
  });
});
