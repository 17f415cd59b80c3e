import type { CleanReport } from "@rebench/core";
import { readEnd } from "./control/supervisor-link.ts";
import type { Engine } from "./engine/connect.ts";
import type { FoundContainer } from "./engine/containers.ts";
import { labelled, labels } from "./labels.ts";

const keptForMs = 24 * 3_600_000;
/** What removes itself is given this long. */
const selfRemovalMs = 10_000;

/** Removes containers that are over, with their volumes. One that met its limit is kept for a day, to be captured. */
export async function cleanEngine(engine: Engine, scope: string, dryRun: boolean): Promise<CleanReport> {
  const found = await engine.containers.list(labelled({ [labels.scope]: scope }));
  const ids = new Set(found.map(({ id }) => id));
  const owned = await Promise.all(found.map(async (each) => ({ each, nobodys: await isNobodys(engine, each, ids) })));
  const nobodys = owned.filter((one) => one.nobodys).map(({ each }) => each);
  if (!dryRun) for (const { id } of nobodys) await engine.containers.remove(id);
  return {
    containers: nobodys.length,
    networks: 0,
    processes: 0,
    folders: new Set(nobodys.flatMap(({ volumes }) => volumes)).size,
  };
}

async function isNobodys(engine: Engine, container: FoundContainer, known: ReadonlySet<string>): Promise<boolean> {
  const { id, state, labels: values } = container;
  if (values[labels.role] !== "sandbox") return !known.has(values[labels.of] ?? "");
  // A running one ends by itself when nobody comes for it.
  if (state === "running" || state === "paused") return false;
  const found = await engine.containers.inspect(id);
  if (found === null) return false;
  const overFor = Date.now() - Math.max(Date.parse(found.State.FinishedAt) || 0, Date.parse(found.Created) || 0);
  if (state === "created" || found.HostConfig.AutoRemove === true) return overFor > selfRemovalMs;
  const end = await readEnd(engine, id);
  return end.kind === "died" || end.kind === "destroyed" || overFor > keptForMs;
}
