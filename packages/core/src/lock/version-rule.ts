import { tierParts, type LockedPack, type LockedTier, type TierPart } from "./lock-file.ts";

/** The least that a pack's next version must be raised by; null where nothing that can change a score was touched. */
export type RequiredBump = "major" | "minor" | null;

/** One reason for a version. */
export interface VersionFinding {
  readonly bump: "major" | "minor";
  /** `task/tier`. */
  readonly tier: string;
  /** Null for the tier as a whole. */
  readonly part: TierPart | null;
  /** Files of that part that changed. */
  readonly files: readonly string[];
  readonly message: string;
}

export interface VersionVerdict {
  readonly required: RequiredBump;
  readonly findings: readonly VersionFinding[];
}

/** Tiers that were shown to score as the released ones do, though not all their digests are the same. */
export type EquivalentTiers = Readonly<Record<string, LockedTier>>;

/** Published human results are shown beside scores, and change none. */
const changesNoScore: ReadonlySet<TierPart> = new Set(["baselines"]);

/** What the changes since a release ask of the next version. Pure. */
export function versionRule(released: LockedPack, now: LockedPack, equivalent: EquivalentTiers = {}): VersionVerdict {
  const keys = [...new Set([...Object.keys(released.tiers), ...Object.keys(now.tiers)])].sort();
  const findings = keys.flatMap((tier) => {
    const [before, after] = [released.tiers[tier], now.tiers[tier]];
    if (after === undefined) return [whole("major", tier, `${tier} was removed, and its scores with it`)];
    // A tier that had only published results could not be run.
    if (before === undefined || (!runs(before) && runs(after)))
      return [whole("minor", tier, `${tier} was added; the scores of other tiers are what they were`)];
    const shown = equivalent[tier];
    return tierParts
      .filter((part) => before[part] !== after[part] && shown?.[part] !== after[part] && !changesNoScore.has(part))
      .map((part) => changed(tier, part, changedFiles(released, now, `${tier} ${part}`)));
  });
  const required = findings.some(({ bump }) => bump === "major") ? "major" : findings.length > 0 ? "minor" : null;
  return { required, findings };
}

const runs = (tier: LockedTier): boolean => tier.instructions !== null;

const whole = (bump: "major" | "minor", tier: string, message: string): VersionFinding => ({
  bump,
  tier,
  part: null,
  files: [],
  message,
});

function changed(tier: string, part: TierPart, files: readonly string[]): VersionFinding {
  const where = files.length === 0 ? "" : ` (${files.join(", ")})`;
  return { bump: "major", tier, part, files, message: `the ${part} of ${tier} changed${where}` };
}

function changedFiles(released: LockedPack, now: LockedPack, part: string): string[] {
  const paths = [...new Set([...Object.keys(released.files), ...Object.keys(now.files)])].sort();
  return paths.filter((path) => {
    const [before, after] = [released.files[path], now.files[path]];
    const belongs = before?.parts.includes(part) === true || after?.parts.includes(part) === true;
    return belongs && (before?.digest !== after?.digest || before?.executable !== after?.executable);
  });
}
