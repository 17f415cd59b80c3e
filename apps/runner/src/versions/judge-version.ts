import type { LockedPack, ReleaseRecord, RequiredBump, VersionFinding } from "@rebench/core";
import { versionRule } from "@rebench/core";
import semver from "semver";
import { pendingBump } from "./pending-changesets.ts";

/** Whether the version that a pack has, or will have once its changesets are applied, says what its changes mean. */
export interface VersionJudgement {
  readonly ok: boolean;
  readonly released: string;
  /** With the changesets that wait. */
  readonly next: string;
  readonly required: RequiredBump;
  readonly findings: readonly VersionFinding[];
}

export async function judgeVersion(
  directory: string,
  here: LockedPack,
  release: ReleaseRecord,
): Promise<VersionJudgement> {
  const released = release.pack.version;
  const { required, findings } = versionRule(release.pack, here, release.equivalent);
  const pending = await pendingBump(directory, here.name);
  const next = pending === null ? here.version : (semver.inc(here.version, pending) ?? here.version);
  return { ok: isRaisedBy(released, next, required), released, next, required, findings };
}

/** Before 1.0.0 a minor version may break what came before, as semver has it. */
function isRaisedBy(released: string, next: string, required: RequiredBump): boolean {
  if (required === null) return semver.gte(next, released);
  const [major, minor] = [semver.major(next) - semver.major(released), semver.minor(next) - semver.minor(released)];
  if (major !== 0) return major > 0;
  return minor > 0 && (required === "minor" || semver.major(next) === 0);
}
