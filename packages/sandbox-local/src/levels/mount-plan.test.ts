import { describe, expect, it } from "vitest";
import { foldersBelow } from "../folders.ts";
import { planMounts } from "./mount-plan.ts";

const plan = (protectedPaths: readonly string[]) =>
  planMounts({
    folders: foldersBelow("/base/x"),
    node: process.execPath,
    memoryBytes: 1 << 20,
    readablePaths: [],
    protectedPaths,
  });

describe("mount plan", () => {
  it("names what may be read, and never the root, a home or all of /etc", () => {
    const sources = plan([]).flatMap((step) => (step.kind === "read-only" ? [step.from] : []));
    expect(sources).toContain("/usr");
    for (const path of ["/", "/root", "/home", "/etc", "/var", "/tmp", process.cwd()])
      expect(sources).not.toContain(path);
  });

  it("hides a protected folder that a readable one would bring along", () => {
    expect(plan(["/usr/share"])).toContainEqual({ kind: "hide", to: "/usr/share" });
    expect(plan(["/var"]).filter((step) => step.kind === "hide")).toEqual([]);
  });

  it("lets only its own folders be written", () => {
    const writable = plan([]).flatMap((step) => (step.kind === "writable" ? [step.from] : []));
    expect(writable).toEqual(["/base/x/home", "/base/x/harness", "/base/x/tmp"]);
  });
});
