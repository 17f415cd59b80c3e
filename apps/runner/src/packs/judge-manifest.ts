import { existsSync } from "node:fs";
import path from "node:path";
import { packManifestSchema, specVersion } from "@rebench/task-kit";
import semver from "semver";
import type { PackProblem } from "./pack-problem.ts";

export type JudgedManifest =
  | { readonly ok: true; readonly entry: string; readonly fromSource: boolean }
  | { readonly ok: false; readonly problems: readonly PackProblem[] };

/**
 * Judges a pack's `rebench` field, before any of its code runs. `entry` is the absolute path of the module to load: the source
 * where it is there, so that a checkout never runs a stale build.
 */
export function judgeManifest(directory: string, field: unknown, hostVersion: string): JudgedManifest {
  const parsed = packManifestSchema.safeParse(field);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      code: "pack.bad-manifest",
      reason: `package.json: rebench${issue.path.length === 0 ? "" : `.${issue.path.join(".")}`}: ${issue.message}`,
      fix: 'write "rebench": { "spec": 1, "entry": "./dist/index.js", "host": ">=1 <2" }',
    }));
    return { ok: false, problems };
  }
  const { spec, entry, source, host } = parsed.data;
  const problems: PackProblem[] = [];
  if (spec !== specVersion) {
    problems.push({
      code: "pack.spec-unknown",
      reason: `it is written for contract version ${spec}, and this host knows version ${specVersion}`,
      fix: spec > specVersion ? "update rebench" : "install a newer version of the pack",
    });
  }
  if (semver.validRange(host) === null) {
    problems.push({
      code: "pack.bad-manifest",
      reason: `rebench.host ${JSON.stringify(host)} is not a version range`,
      fix: 'write a range such as ">=1 <2"',
    });
  } else if (!semver.satisfies(hostVersion, host)) {
    problems.push({
      code: "pack.host-range",
      reason: `it asks for a host ${host}, and this is ${hostVersion}`,
      fix: "install the version of rebench that it asks for",
    });
  }
  const candidates = [...(source === undefined ? [] : [source]), entry].map((file) => path.resolve(directory, file));
  const outside = candidates.find((file) => path.relative(directory, file).startsWith(".."));
  if (outside !== undefined) {
    problems.push({
      code: "pack.path-outside",
      reason: `rebench.entry leaves the pack: ${outside}`,
      fix: "name a file inside the pack",
    });
  }
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    problems.push({
      code: "pack.entry-missing",
      reason: `${entry} does not exist`,
      fix: "build the pack, or correct rebench.entry",
    });
  }
  if (problems.length > 0 || found === undefined) return { ok: false, problems };
  return { ok: true, entry: found, fromSource: source !== undefined && found === candidates[0] };
}
