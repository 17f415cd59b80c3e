import type { PublishedTier, Task, TaskPack, Tier } from "@rebench/task-kit";
import { byPath, digestFiles, digestValue, type PackFile } from "./content-digest.ts";
import { tierParts, type LockedFile, type LockedPack, type LockedTier, type TierPart } from "./lock-file.ts";

export interface PackToLock {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly pack: TaskPack;
  readonly files: readonly PackFile[];
}

/** What a pack's folder holds that no tier's score comes from. */
const beside = /^(package\.json|tsconfig[^/]*\.json|(README|CHANGELOG|LICEN[CS]E|NOTICE)[^/]*|(test|tests|docs)\/.*)$/i;

/** A pack as a lock holds it. Pure: the same files and definition give the same entry. */
export function lockPack({ name, version, integrity, pack, files }: PackToLock): LockedPack {
  const tiers = tiersOf(pack).map(({ key, parts, values }): readonly [string, LockedTier] => {
    const digests = tierParts.map(
      (part) => [part, values[part] ?? digestFiles(below(files, parts[part], pack))] as const,
    );
    return [key, Object.fromEntries(digests) as LockedTier];
  });
  return {
    name,
    version,
    integrity,
    tiers: Object.fromEntries(tiers.sort(([left], [right]) => (left < right ? -1 : 1))),
    files: Object.fromEntries(files.toSorted(byPath).map((file) => [file.path, lockFile(file, pack)])),
  };
}

function lockFile(file: PackFile, pack: TaskPack): LockedFile {
  const parts = tiersOf(pack).flatMap((tier) =>
    tierParts.filter((part) => below([file], tier.parts[part], pack).length > 0).map((part) => `${tier.key} ${part}`),
  );
  return { digest: `sha256-${file.sha256}`, executable: file.executable, parts: parts.sort() };
}

/** Paths of files and folders; `code` for all that nothing else lays claim to. */
type Where = readonly string[] | "code";

interface TierSources {
  readonly key: string;
  readonly parts: Readonly<Partial<Record<TierPart, Where>>>;
  /** Digests of what lies in no file. */
  readonly values: Readonly<Partial<Record<TierPart, string | null>>>;
}

function tiersOf(pack: TaskPack): TierSources[] {
  return pack.tasks.flatMap((task) => [
    ...task.tiers.map((tier) => sourcesOf(task, tier)),
    ...task.published.map((tier) => publishedSources(task, tier)),
  ]);
}

function sourcesOf(task: Task, tier: Tier): TierSources {
  const { scorer, anchors } = tier;
  return {
    key: `${task.id}/${tier.name}`,
    parts: {
      ...claimed(tier),
      scorer: scorer.kind === "python" ? [scorer.script, ...scorer.files] : (scorer.files ?? "code"),
      ...(task.services.length === 0 ? {} : { services: "code" }),
    },
    values: {
      anchors: digestValue(
        anchors.kind === "fixed"
          ? { kind: anchors.kind, start: anchors.start, reference: anchors.reference }
          : { kind: anchors.kind },
      ),
      // Not where they come from: their bytes are what counts.
      assets: digestValue(tier.assets?.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }))),
      definition: digestValue(definitionOf(task, tier)),
    },
  };
}

function publishedSources(task: Task, { name, anchors, baselines }: PublishedTier): TierSources {
  const { start, reference } = anchors;
  return {
    key: `${task.id}/${name}`,
    parts: { baselines: [baselines] },
    values: { anchors: digestValue({ kind: "fixed", start, reference }) },
  };
}

function claimed(tier: Tier): Partial<Record<TierPart, readonly string[]>> {
  const paths = (...found: (string | undefined)[]): string[] => found.filter((path) => path !== undefined);
  return {
    background: paths(tier.background),
    baselines: paths(tier.baselines),
    container: paths(tier.container?.workspace, tier.container?.scoring),
    hidden: paths(tier.hidden),
    instructions: [tier.instructions],
    // What the working time is calibrated with is a use of the kernel.
    kernel: ["kernel", ...(tier.calibration?.files ?? [])],
    reference: [tier.reference.path],
    start: [tier.start],
  };
}

/** All of a tier that is plain data and bears on its scores; what only describes it, such as its title, is left out. */
function definitionOf(task: Task, tier: Tier): unknown {
  const { resources, budget, calibration, conditions, reports, scorer } = tier;
  return {
    submission: tier.submission ?? task.submission,
    score: tier.score ?? task.score,
    aggregate: task.aggregate,
    services: task.services.map(({ name, callBudget, availableTo }) => ({ name, callBudget, availableTo })),
    resources,
    budget,
    calibration,
    conditions,
    reports,
    scorer: { kind: scorer.kind, timeoutSeconds: scorer.timeoutSeconds },
  };
}

function below(files: readonly PackFile[], where: Where | undefined, pack: TaskPack): PackFile[] {
  if (where === undefined) return [];
  if (where !== "code") return files.filter(({ path }) => where.some((root) => isBelow(path, root)));
  const others = pack.tasks.flatMap(({ tiers, published }) => [
    ...tiers.flatMap((tier) => [
      ...Object.values(claimed(tier)).flat(),
      typeof tier.rungs === "string" ? tier.rungs : tier.rungs.path,
      tier.cheats,
    ]),
    ...published.map(({ baselines }) => baselines),
  ]);
  return files.filter(({ path }) => !beside.test(path) && !others.some((root) => isBelow(path, root)));
}

function isBelow(path: string, root: string): boolean {
  const folder = root.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  return path === folder || path.startsWith(`${folder}/`);
}
