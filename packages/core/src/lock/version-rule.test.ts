import type { Task, TaskPack, Tier } from "@rebench/task-kit";
import { describe, expect, it } from "vitest";
import type { PackFile } from "./content-digest.ts";
import { comparePacks } from "./compare-packs.ts";
import { lockPack } from "./lock-pack.ts";
import { versionRule } from "./version-rule.ts";

const tier = (change: Partial<Tier> = {}): Tier => ({
  name: "mini",
  instructions: "instructions/mini.md",
  start: "start",
  reference: { kind: "folder", path: "reference" },
  rungs: "rungs",
  cheats: "cheats",
  resources: { cpus: 1, memoryMb: 1, diskMb: 1, pids: 1 },
  budget: { workingSeconds: 1, wallSeconds: 1, scoreCalls: 1 },
  conditions: { network: "none", tools: "", models: "" },
  anchors: { kind: "fixed", start: 0, reference: 1, source: "" },
  noise: 0,
  headroom: { bestKnown: 1, ceiling: "" },
  measuredOn: null,
  reports: "confirmed",
  tools: [],
  scorer: { kind: "typescript", score: () => Promise.reject(new Error()), files: ["src/scorer.js"], timeoutSeconds: 1 },
  ...change,
});

const pack = (tiers: readonly Tier[], task: Partial<Task> = {}): TaskPack => ({
  spec: 1,
  title: "t",
  canary: "c",
  tasks: [
    {
      id: "main",
      title: "t",
      kinds: [],
      leansOn: "judgement",
      submission: { entries: [], maxFiles: 1 },
      score: { unit: "", direction: "lower" },
      aggregate: "best",
      services: [],
      tiers,
      published: [],
      ...task,
    },
  ],
});

const paths = [
  "README.md",
  "baselines/full.json",
  "instructions/full.md",
  "instructions/mini.md",
  "reference/a",
  "rungs/0/a",
  "src/index.js",
  "src/rate.py",
  "src/scorer.js",
  "start/a",
];

const calibration: NonNullable<Tier["calibration"]> = {
  files: ["src/rate.py"],
  argv: ["python3", "src/rate.py"],
  timeoutSeconds: 1,
  unit: "steps/s",
  rate: 1,
  bounds: { least: 1, most: 1 },
};

function locked(definition: TaskPack, changed: readonly string[] = []) {
  const files = paths.map((path): PackFile => ({
    path,
    sha256: (changed.includes(path) ? "1" : "0").repeat(64),
    executable: false,
  }));
  const integrity = `sha256-${"0".repeat(64)}`;
  return lockPack({ name: "pack-toy", version: "1.0.0", integrity, pack: definition, files });
}

const released = locked(pack([tier()]));

describe("versionRule", () => {
  it.each([
    { file: "src/scorer.js", part: "scorer" },
    { file: "instructions/mini.md", part: "instructions" },
    { file: "start/a", part: "start" },
    { file: "reference/a", part: "reference" },
  ])("asks for a major version after a change of $file, and names it", ({ file, part }) => {
    const { required, findings } = versionRule(released, locked(pack([tier()]), [file]));
    expect(required).toBe("major");
    expect(findings).toMatchObject([{ tier: "main/mini", part, files: [file] }]);
  });

  it.each(["README.md", "rungs/0/a", "src/index.js"])("asks for nothing after a change of %s", (file) => {
    expect(versionRule(released, locked(pack([tier()]), [file]))).toEqual({ required: null, findings: [] });
  });

  it("asks for a major version after other anchors, budgets or contracts, which lie in no file of their own", () => {
    for (const change of [
      { anchors: { kind: "fixed", start: 0, reference: 2, source: "" } },
      { budget: { workingSeconds: 2, wallSeconds: 1, scoreCalls: 1 } },
      { submission: { entries: [], maxFiles: 2 } },
      { calibration },
    ] satisfies Partial<Tier>[])
      expect(versionRule(released, locked(pack([tier(change)]))).required).toBe("major");
    const calibrated = pack([tier({ calibration })]);
    expect(versionRule(locked(calibrated), locked(calibrated, ["src/rate.py"])).findings).toMatchObject([
      { part: "kernel", files: ["src/rate.py"] },
    ]);
    const otherwise = pack([tier({ calibration: { ...calibration, rate: 2 } })]);
    expect(versionRule(locked(calibrated), locked(otherwise)).findings).toMatchObject([{ part: "definition" }]);
    expect(versionRule(released, locked(pack([tier({ noise: 0.01, tools: [] })]))).required).toBeNull();
  });

  it("asks for a minor version after a tier was added, and for a major one after it was removed", () => {
    const full = tier({ name: "full", instructions: "instructions/full.md" });
    const both = locked(pack([tier(), full]));
    expect(versionRule(released, both)).toMatchObject({
      required: "minor",
      findings: [{ tier: "main/full", part: null }],
    });
    expect(versionRule(both, released).required).toBe("major");
    const published = locked(
      pack([tier()], {
        published: [
          { name: "full", anchors: { start: 0, reference: 1, source: "" }, baselines: "baselines/full.json" },
        ],
      }),
    );
    expect(versionRule(published, both).required).toBe("minor");
  });

  it("takes a tier for unchanged that was shown to score alike, until it changes once more", () => {
    const now = locked(pack([tier()]), ["src/scorer.js"]);
    expect(versionRule(released, now, now.tiers).required).toBeNull();
    const later = locked(pack([tier()]), ["src/scorer.js", "start/a"]);
    expect(versionRule(released, later, now.tiers).findings).toMatchObject([{ part: "start" }]);
  });

  it("takes every file that is not named elsewhere for the scorer's where it names none", () => {
    const scorer: Tier["scorer"] = { kind: "typescript", score: () => Promise.reject(new Error()), timeoutSeconds: 1 };
    const before = locked(pack([tier({ scorer })]));
    expect(versionRule(before, locked(pack([tier({ scorer })]), ["src/index.js"])).required).toBe("major");
    expect(versionRule(before, locked(pack([tier({ scorer })]), ["README.md", "rungs/0/a"])).required).toBeNull();
  });
});

describe("comparePacks", () => {
  it("finds nothing between equals, and a change that only the definition shows", () => {
    expect(comparePacks(released, locked(pack([tier()])))).toEqual([]);
    const other = locked(pack([tier({ anchors: { kind: "fixed", start: 0, reference: 2, source: "" } })]));
    expect(comparePacks(released, other)).toMatchObject([
      { code: "lock.part", where: "pack-toy@1.0.0 main/mini anchors" },
    ]);
  });
});
