import type { CheckResult } from "../conformance/check.ts";
import { lockedPack } from "../lock/lock-here.ts";
import type { LoadedPack } from "../packs/load-pack.ts";
import { judgeVersion } from "../versions/judge-version.ts";
import { readRelease } from "../versions/release-file.ts";

/** Whether the version says what changed since the last release; nothing to check where there was none. */
export async function versionCheck(pack: LoadedPack): Promise<readonly CheckResult[]> {
  const release = await readRelease(pack.directory);
  if (release === null) return [];
  const { ok, released, next, required, findings } = await judgeVersion(
    pack.directory,
    await lockedPack(pack),
    release,
  );
  const changes = findings.map(({ message }) => message).join("; ");
  const message =
    required === null
      ? `nothing that can change a score changed since ${released}`
      : `since ${released}: ${changes}; this asks for a ${required} version, and this is ${next}`;
  const fix = "`rebench pack version` explains it; a changeset raises the version";
  return [{ id: "version", ok, message, fix }];
}
