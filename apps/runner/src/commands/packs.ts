import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { humanBaselinesSchema, type MeasuredOn, type Task, type Tier } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { openHome } from "../host/data-folder.ts";
import { packPlaces } from "../host/pack-places.ts";
import { findPacks, type PackFolder, type PackOrigin } from "../packs/find-packs.ts";
import { readInstallRecord, type ProvenanceState, type SignatureState } from "../packs/install/install-record.ts";
import type { LoadedPack } from "../packs/load-pack.ts";
import { openPack } from "../packs/open-pack.ts";
import { shortPackName } from "../packs/task-name.ts";
import { textTable } from "../reporting/table.ts";

interface ListedTier {
  readonly name: string;
  readonly anchors:
    | Tier["anchors"]
    | { readonly kind: "fixed"; readonly start: number; readonly reference: number; readonly source: string };
  readonly measuredOn: MeasuredOn | null;
  readonly humanAttempts: number;
  /** False for a tier whose published human results are here, but which this version cannot run. */
  readonly runnable: boolean;
}

/** Enough of a digest to tell it from another. */
const shownDigest = 19;

interface ListedPack {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  readonly origin: PackOrigin;
  /** Of an installed pack that of its tarball, `sha512-…`; of another a digest over its files, `sha256-…`. */
  readonly integrity: string | null;
  /** Null where it was not installed from a tarball or registry, or where that has no attestations. */
  readonly provenance: ProvenanceState | null;
  readonly signature: SignatureState | null;
  readonly tasks: readonly { readonly id: string; readonly tiers: readonly ListedTier[] }[];
  /** Why the pack cannot be used; null when it can. */
  readonly problem: string | null;
}

/** `rebench packs`: what is installed, and for a pack that cannot be used, why. */
export async function packsCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHome(options.home);
  const found = await findPacks(packPlaces(home, context));
  const packs = (await Promise.all(found.map((folder) => listed(folder, home.packs)))).filter((pack) => pack !== null);
  if (context.json !== "none") context.print({ packs });
  else for (const line of packTable(packs)) context.say(line);
  return 0;
}

/** Null for a pack that was removed meanwhile. */
async function listed(folder: PackFolder, packsFolder: string): Promise<ListedPack | null> {
  const { name, version, directory, origin } = folder;
  const record = origin === "installed" ? await readInstallRecord(directory) : null;
  const { provenance, signature } = record ?? { provenance: null, signature: null };
  const known = { name, version, directory, origin, provenance, signature };
  try {
    const pack = await openPack(directory, packsFolder);
    const tasks = await Promise.all(
      pack.pack.tasks.map(async (task) => ({ id: task.id, tiers: await tiersOf(pack, task) })),
    );
    return { ...known, integrity: record?.integrity ?? pack.digest, tasks, problem: null };
  } catch (error) {
    if (!existsSync(path.join(directory, "package.json"))) return null;
    return { ...known, integrity: record?.integrity ?? null, tasks: [], problem: (error as Error).message };
  }
}

async function tiersOf(pack: LoadedPack, task: Task): Promise<ListedTier[]> {
  const running = task.tiers.map(async ({ name, anchors, measuredOn, baselines }) => ({
    name,
    anchors,
    measuredOn,
    humanAttempts: baselines === undefined ? 0 : await humanAttempts(pack, baselines),
    runnable: true,
  }));
  const published = task.published.map(async ({ name, anchors, baselines }) => ({
    name,
    anchors: { kind: "fixed" as const, ...anchors },
    measuredOn: null,
    humanAttempts: await humanAttempts(pack, baselines),
    runnable: false,
  }));
  return Promise.all([...running, ...published]);
}

async function humanAttempts(pack: LoadedPack, relative: string): Promise<number> {
  const text = await readFile(path.join(pack.directory, relative), "utf8");
  return humanBaselinesSchema.parse(JSON.parse(text)).attempts.length;
}

function packTable(packs: readonly ListedPack[]): string[] {
  if (packs.length === 0) return ["no task packs are installed; `rebench packs add optimize-kernel` brings one"];
  const rows = packs.flatMap((pack) =>
    pack.tasks.flatMap((task) =>
      task.tiers.map((tier) => [
        `${shortPackName(pack.name)}/${task.id}@${pack.version}`,
        tier.runnable ? tier.name : `${tier.name} (published results only)`,
        tier.anchors.kind === "measured"
          ? "measured in each session"
          : `${tier.anchors.start.toFixed(4)} → ${tier.anchors.reference.toFixed(4)}`,
        tier.measuredOn === null ? "–" : `${tier.measuredOn.hardware}, ${tier.measuredOn.date}`,
        tier.humanAttempts === 0 ? "none yet" : String(tier.humanAttempts),
      ]),
    ),
  );
  const origins = packs.map((pack) => [
    `${shortPackName(pack.name)}@${pack.version}`,
    pack.origin,
    pack.integrity === null ? "–" : `${pack.integrity.slice(0, shownDigest)}…`,
    pack.signature?.state ?? "–",
    pack.origin === "installed" ? (pack.provenance?.state ?? "none") : "–",
  ]);
  const broken = packs
    .filter((pack) => pack.problem !== null)
    .map((pack) => terminalSafe(`${pack.name}@${pack.version}: ${pack.problem ?? ""}`));
  return [
    ...textTable(["task", "tier", "anchors (start → reference)", "measured on", "human attempts"], rows),
    "",
    ...textTable(["pack", "from", "integrity", "signature", "provenance"], origins),
    ...broken,
  ];
}
