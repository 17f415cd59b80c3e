import { readFile } from "node:fs/promises";
import path from "node:path";
import { humanBaselinesSchema, RebenchError, type MeasuredOn, type Task, type Tier } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { hostVersion } from "../host/host-version.ts";
import { findPacks } from "../packs/find-packs.ts";
import { loadPack, type LoadedPack } from "../packs/load-pack.ts";
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

interface ListedPack {
  readonly name: string;
  readonly version: string;
  readonly integrity: string | null;
  readonly provenance: null;
  readonly tasks: readonly { readonly id: string; readonly tiers: readonly ListedTier[] }[];
  /** Why the pack cannot be used; null when it can. */
  readonly problem: string | null;
}

/** `rebench packs`: what is installed, and for a pack that cannot be used, why. */
export async function packsCommand(context: CommandContext): Promise<number> {
  const packs: ListedPack[] = [];
  for (const { name, version, directory } of await findPacks(context.workingDirectory)) {
    try {
      packs.push(await listed(await loadPack(directory, hostVersion)));
    } catch (error) {
      if (!RebenchError.is(error)) throw error;
      packs.push({ name, version, integrity: null, provenance: null, tasks: [], problem: error.message });
    }
  }
  if (context.json !== "none") context.print({ packs });
  else for (const line of packTable(packs)) context.say(line);
  return 0;
}

async function listed(pack: LoadedPack): Promise<ListedPack> {
  const tasks = await Promise.all(
    pack.pack.tasks.map(async (task) => ({ id: task.id, tiers: await tiersOf(pack, task) })),
  );
  return { name: pack.name, version: pack.version, integrity: pack.digest, provenance: null, tasks, problem: null };
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
  if (packs.length === 0)
    return ["no task packs are installed; `npm install @rebench/pack-optimize-kernel` brings one"];
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
  const broken = packs
    .filter((pack) => pack.problem !== null)
    .map((pack) => terminalSafe(`${pack.name}@${pack.version}: ${pack.problem ?? ""}`));
  return [
    ...textTable(["task", "tier", "anchors (start → reference)", "measured on", "human attempts"], rows),
    ...broken,
  ];
}
