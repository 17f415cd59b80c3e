import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { homeLayout } from "@rebench/core/home";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planPack } from "../src/authoring/plan-pack.ts";
import { writePack } from "../src/authoring/write-pack.ts";
import { checkPack } from "../src/conformance/check-pack.ts";
import type { CheckResult } from "../src/conformance/check.ts";
import { conformanceChecks } from "../src/conformance/checks.ts";
import { openPack } from "../src/packs/open-pack.ts";
import { checkout } from "./cli.ts";
import { quietContext } from "./quiet-context.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "rebench-broken-"));
  // What the command line finds by itself is not found by what loads modules in a test.
  await mkdir(path.join(root, "node_modules/@rebench"), { recursive: true });
  await symlink(path.join(checkout, "packages/task-kit"), path.join(root, "node_modules/@rebench/task-kit"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A fresh pack, spoilt at one point. */
class Pack {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async edit(file: string, from: string | RegExp, to: string): Promise<void> {
    const text = await readFile(path.join(this.folder, file), "utf8");
    const changed = typeof from === "string" ? text.replaceAll(from, to) : text.replace(from, to);
    if (changed === text) throw new Error(`${file} does not hold ${from}`);
    await writeFile(path.join(this.folder, file), changed);
  }

  async write(file: string, content: string): Promise<void> {
    await mkdir(path.dirname(path.join(this.folder, file)), { recursive: true });
    await writeFile(path.join(this.folder, file), content);
  }

  copy(from: string, to: string): Promise<void> {
    return cp(path.join(this.folder, from), path.join(this.folder, to), { recursive: true });
  }

  remove(file: string): Promise<void> {
    return rm(path.join(this.folder, file), { recursive: true });
  }

  rename(from: string, to: string): Promise<void> {
    return rename(path.join(this.folder, from), path.join(this.folder, to));
  }
}

const tier = "src/index.js";
const scorer = "src/scorer.js";

interface Breakage {
  readonly what: string;
  /** The points that must fail, and no others of their check. */
  readonly fails: readonly string[];
  readonly says: RegExp;
  readonly isolation?: "none";
  readonly spoil: (pack: Pack) => Promise<void>;
}

async function calibrateWith(pack: Pack, script: string): Promise<void> {
  await pack.write("rate.sh", script);
  const calibration =
    'calibration: { files: ["rate.sh"], argv: ["sh", "rate.sh"], timeoutSeconds: 30, unit: "steps/s", rate: 100, bounds: { least: 0.5, most: 4 } },';
  await pack.edit(tier, "conditions:", `${calibration} conditions:`);
}

const breakages: readonly Breakage[] = [
  {
    what: "a canary without a UUID",
    fails: ["definition.canary"],
    says: /holds no UUID/,
    spoil: (pack) => pack.edit(tier, /canary: "rebench canary [^"]+"/, 'canary: "a canary that is not unique"'),
  },
  {
    what: "hidden data without the canary",
    fails: ["definition.canary"],
    says: /no file of hidden/,
    spoil: (pack) => pack.edit("hidden/truth.csv", /^# rebench canary .*$/m, "# the truth"),
  },
  {
    what: "no word about the headroom",
    fails: ["definition.headroom"],
    says: /ceiling: $/,
    spoil: (pack) => pack.edit(tier, /ceiling: "[^"]*"/, 'ceiling: ""'),
  },
  {
    what: "human attempts of another shape",
    fails: ["definition.baselines"],
    says: /baselines.json/,
    async spoil(pack) {
      await pack.edit(tier, 'hidden: "hidden",', 'hidden: "hidden",\n          baselines: "baselines.json",');
      await pack.write("baselines.json", '{ "attempts": 3 }');
    },
  },
  {
    what: "instructions without the file's name",
    fails: ["instructions"],
    says: /do not mention predictions\.txt/,
    spoil: (pack) => pack.edit("instructions/mini.md", "predictions.txt", "a file"),
  },
  {
    what: "instructions without the limit",
    fails: ["instructions"],
    says: /the limit of 1000 bytes/,
    spoil: (pack) => pack.edit("instructions/mini.md", "1000 bytes", "a few bytes"),
  },
  {
    what: "instructions without the unit",
    fails: ["instructions"],
    says: /the score's unit, ln\(RMSE\)/,
    spoil: (pack) => pack.edit("instructions/mini.md", "RMSE", "error"),
  },
  {
    what: "instructions without the canary",
    fails: ["instructions"],
    says: /the canary/,
    spoil: (pack) => pack.edit("instructions/mini.md", /rebench canary .*-->/, "-->"),
  },
  {
    what: "instructions that hold the reference",
    fails: ["instructions.solution"],
    says: /give away a line/,
    async spoil(pack) {
      const solution = await readFile(path.join(pack.folder, "reference/predictions.txt"), "utf8");
      await pack.edit("instructions/mini.md", "There is no network.", `For example:\n\n${solution}\n`);
    },
  },
  {
    what: "a rung that the README does not name",
    fails: ["readme"],
    says: /lacks 2-local-average/,
    spoil: (pack) => pack.edit("README.md", "2-local-average", "2"),
  },
  {
    what: "a README that does not speak of noise",
    fails: ["readme"],
    says: /the word "noise"/,
    spoil: (pack) => pack.edit("README.md", /nois/gi, "jitter"),
  },
  {
    what: "an image that is not Debian's",
    fails: ["container.container"],
    says: /FROM alpine/,
    async spoil(pack) {
      await pack.edit(tier, 'hidden: "hidden",', 'hidden: "hidden",\n          container: { workspace: "container" },');
      await pack.write("container/Dockerfile", "FROM alpine:3\n");
    },
  },
  {
    what: "an image that fetches from elsewhere",
    fails: ["container.container"],
    says: /pip install/,
    async spoil(pack) {
      await pack.edit(tier, 'hidden: "hidden",', 'hidden: "hidden",\n          container: { workspace: "container" },');
      await pack.write("container/Dockerfile", "FROM debian:bookworm-slim\nRUN pip install numpy\n");
    },
  },
  {
    what: "a starting solution that does not score 0",
    fails: ["anchors.start"],
    says: /should score 0/,
    spoil: (pack) => pack.copy("rungs/2-local-average", "start"),
  },
  {
    what: "a starting solution that scores less than 0",
    fails: ["anchors.start"],
    says: /scores -\d/,
    spoil: (pack) => pack.write("start/predictions.txt", "9\n".repeat(24)),
  },
  {
    what: "a reference that does not score 1",
    fails: ["anchors.reference"],
    says: /should score at least 1/,
    spoil: (pack) => pack.copy("rungs/2-local-average", "reference"),
  },
  {
    what: "a scorer that does not count lines",
    fails: ["malformed.truncated", "malformed.wrong-shape"],
    says: /must be invalid, with a reason/,
    spoil: (pack) => pack.edit(scorer, "lines.length !== points", "lines.length === 1"),
  },
  {
    what: "a scorer that takes any number",
    fails: ["malformed.not-a-number", "malformed.infinite"],
    says: /must be invalid, with a reason/,
    spoil: (pack) => pack.edit(scorer, "wrong !== -1", "false"),
  },
  {
    what: "a scorer that does not look at all",
    fails: [
      "malformed.empty",
      "malformed.truncated",
      "malformed.noise",
      "malformed.wrong-shape",
      "malformed.not-a-number",
      "malformed.infinite",
    ],
    says: /scored 0\./,
    spoil: (pack) =>
      pack.edit(scorer, /packPath }\) {/, 'packPath }) {\n  if (packPath) return { status: "valid", raw: -1 };'),
  },
  {
    what: "too few cheats",
    fails: ["cheats"],
    says: /2 cheats, and at least 3/,
    spoil: (pack) => pack.remove("cheats/not-a-number"),
  },
  {
    what: "a cheat that pays",
    fails: ["cheats.the-answer"],
    says: /scores 1\.000, more than the noise/,
    spoil: (pack) => pack.copy("reference", "cheats/the-answer"),
  },
  {
    what: "a scorer that a cheat breaks",
    fails: ["cheats.far-too-many"],
    says: /the scorer failed on it/,
    spoil: (pack) =>
      pack.edit(
        scorer,
        /packPath }\) {\n {2}const lines = (.*);\n/,
        "packPath }) {\n  const lines = $1;\n  if (lines.length > 90) throw new Error('too many');\n",
      ),
  },
  {
    what: "too few rungs",
    fails: ["rungs"],
    says: /3 rungs, and at least 4/,
    spoil: (pack) => pack.remove("rungs/2-local-average"),
  },
  {
    what: "rungs that cannot be told apart",
    fails: ["rungs"],
    says: /too close to the one before: 3-reference/,
    spoil: (pack) => pack.copy("rungs/2-local-average", "rungs/3-reference"),
  },
  {
    what: "a rung that is no submission",
    fails: ["rungs"],
    says: /1-straight-line: invalid/,
    spoil: (pack) => pack.write("rungs/1-straight-line/predictions.txt", "1\n"),
  },
  {
    what: "a first try that leaves no room",
    fails: ["rungs.first-try"],
    says: /a first try may score 0\.5/,
    async spoil(pack) {
      await pack.remove("rungs/1-straight-line");
      await pack.copy("rungs/3-reference", "rungs/2b-nearly");
      await pack.edit("rungs/2b-nearly/predictions.txt", /^.*\n/, "1.7\n");
    },
  },
  {
    what: "hidden data among the starting files",
    fails: ["leaks.given"],
    says: /handed hidden\/truth\.csv/,
    spoil: (pack) => pack.copy("hidden/truth.csv", "start/notes.csv"),
  },
  {
    what: "the reference among the notes",
    fails: ["leaks.given"],
    says: /handed reference\/predictions\.txt/,
    async spoil(pack) {
      await pack.edit(tier, 'start: "start",', 'start: "start",\n          background: "background",');
      await pack.copy("reference/predictions.txt", "background/good.txt");
    },
  },
  {
    what: "a sandbox that keeps nothing apart",
    fails: ["leaks"],
    says: /isolation level none does not keep files apart/,
    isolation: "none",
    spoil: () => Promise.resolve(),
  },
  {
    what: "a calibration that fails",
    fails: ["calibration"],
    says: /^pack\.calibration-failed: sh rate\.sh exited with 3: no torch$/,
    spoil: (pack) => calibrateWith(pack, "echo no torch >&2; exit 3"),
  },
  {
    what: "a calibration of quite another machine",
    fails: ["calibration"],
    says: /^201 steps\/s here, 100 where the tier was measured: times × 0\.5; WARNING: at the tier's bounds/,
    spoil: (pack) => calibrateWith(pack, `echo '{"rate": 201}'`),
  },
  {
    what: "a scorer that rolls dice",
    fails: ["repeat"],
    says: /^SD .* and at most 0\.02 is allowed/,
    spoil: (pack) => pack.edit(scorer, "Math.max(error, smallest))", "Math.max(error, smallest)) + Math.random()"),
  },
  {
    what: "a folder that cannot be read",
    fails: ["cheats"],
    says: /could not be checked: ENOTDIR/,
    async spoil(pack) {
      await pack.remove("cheats");
      await pack.write("cheats", "");
    },
  },
];

describe("pack check", () => {
  it("has every point broken below", () => {
    const broken = new Set(breakages.flatMap(({ fails }) => fails.map((id) => id.split(".")[0])));
    expect(broken).toEqual(new Set(conformanceChecks.map(({ id }) => id)));
  });

  it.each(breakages)("sees $what", async (breakage) => {
    const failed = (await check(breakage)).filter(({ ok }) => !ok);
    expect(failed.map(({ id }) => id)).toEqual(breakage.fails.map((id) => `main.mini.${id}`));
    expect(failed.map(({ message }) => message).join("\n")).toMatch(breakage.says);
    expect(failed.every(({ fix }) => fix.length > 10)).toBe(true);
  });
});

async function check({ spoil, fails, isolation }: Breakage): Promise<readonly CheckResult[]> {
  const folder = path.join(await mkdtemp(path.join(root, "case-")), "toy");
  await writePack(folder, await planPack({ name: "toy", scorer: "typescript" }));
  await spoil(new Pack(folder));
  const home = homeLayout(path.join(root, "home"));
  await mkdir(home.root, { recursive: true });
  const report = await checkPack({
    pack: await openPack(folder, home.packs),
    home,
    choice: { sandbox: "local", isolation: isolation ?? null },
    checks: conformanceChecks.filter(({ id }) => fails.some((point) => point.split(".")[0] === id)),
    repeat: 4,
    context: quietContext(folder),
    onResult: () => undefined,
    signal: new AbortController().signal,
  });
  return report.checks;
}
