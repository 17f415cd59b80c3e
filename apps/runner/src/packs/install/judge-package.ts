import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import npa from "npm-package-arg";
import semver from "semver";
import { z } from "zod";
import { judgeManifest } from "../judge-manifest.ts";
import type { PackProblem } from "../pack-problem.ts";
import { recordName } from "./install-record.ts";
import { safeName } from "./pack-spec.ts";

const ranges = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({
  name: z.string().regex(safeName, "must be an npm name in lower case"),
  version: z.string().refine((version) => semver.valid(version) === version, "must be a version such as 1.0.0"),
  dependencies: ranges,
  peerDependencies: ranges,
  rebench: z.unknown(),
});

const taskKit = "@rebench/task-kit";

/** Judged; nothing of it has run. */
export interface JudgedPackage {
  readonly name: string;
  readonly version: string;
  /** Names and ranges to install beside it; the kit is the host's. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface JudgePackageOptions {
  readonly directory: string;
  readonly hostVersion: string;
  /** What it must be, where it was asked for by name. */
  readonly expected: { readonly name: string; readonly version: string } | null;
}

/** Judges an unpacked package before any of its code runs, and finds everything that is wrong with it at once. */
export async function judgePackage({ directory, hostVersion, expected }: JudgePackageOptions): Promise<{
  readonly package: JudgedPackage | null;
  readonly problems: readonly PackProblem[];
}> {
  const manifest = await readManifest(directory);
  if (!manifest.success) return { package: null, problems: manifest.problems };
  const { name, version, rebench, peerDependencies } = manifest.data;
  const all = { ...peerDependencies, ...manifest.data.dependencies };
  const { [taskKit]: kit, ...dependencies } = all;
  const judged = judgeManifest(directory, rebench, hostVersion);
  const problems = [
    ...misnamed({ name, version }, expected),
    ...(judged.ok ? [] : judged.problems),
    ...kitProblem(kit, hostVersion),
    ...Object.entries(dependencies).flatMap(([dependency, range]) => dependencyProblem(dependency, range)),
    ...ownFiles(directory),
  ];
  return { package: { name, version, dependencies }, problems };
}

async function readManifest(
  directory: string,
): Promise<
  | { readonly success: true; readonly data: z.infer<typeof manifestSchema> }
  | { readonly success: false; readonly problems: readonly PackProblem[] }
> {
  const bad = (reason: string): PackProblem => ({
    code: "pack.bad-manifest",
    reason: `package.json: ${reason}`,
    fix: "correct it; a pack is an npm package with a name, a version and a rebench field",
  });
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8"));
  } catch (error) {
    return { success: false, problems: [bad((error as Error).message)] };
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return { success: true, data: parsed.data };
  return {
    success: false,
    problems: parsed.error.issues.map((issue) => bad(`${issue.path.join(".") || "value"}: ${issue.message}`)),
  };
}

function misnamed(
  { name, version }: { readonly name: string; readonly version: string },
  expected: JudgePackageOptions["expected"],
): PackProblem[] {
  if (expected === null || (expected.name === name && expected.version === version)) return [];
  const reason = `the registry calls it ${expected.name}@${expected.version}, and its own package.json ${name}@${version}`;
  return [{ code: "pack.misnamed", reason, fix: "do not use it: ask whoever runs the registry" }];
}

function kitProblem(range: string | undefined, hostVersion: string): PackProblem[] {
  if (range === undefined || range.startsWith("workspace:") || semver.satisfies(hostVersion, range)) return [];
  const reason = `it asks for ${taskKit} ${range}, and this host brings ${hostVersion}`;
  return [{ code: "pack.kit-range", reason, fix: "install a version of the pack, or of rebench, that fits the other" }];
}

function dependencyProblem(name: string, range: string): PackProblem[] {
  const fix = "depend on published versions; from a workspace, `pnpm pack` writes them";
  const problem = (reason: string): PackProblem => ({ code: "pack.bad-dependency", reason, fix });
  try {
    if (npa.resolve(name, range).registry === true) return [];
    return [problem(`its dependency ${name}@${range} does not come from a registry`)];
  } catch {
    return [problem(`its dependency ${name}@${range} cannot be understood outside its workspace`)];
  }
}

function ownFiles(directory: string): PackProblem[] {
  return ["node_modules", recordName]
    .filter((name) => existsSync(path.join(directory, name)))
    .map((name) => ({
      code: "pack.reserved-file",
      reason: `it brings a ${name} of its own`,
      fix: "list dependencies in package.json, and bundle none",
    }));
}
