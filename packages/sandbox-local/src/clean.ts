import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { CleanReport } from "@rebench/core";
import {
  findLeftovers,
  folderAgeMs,
  hasLivingOwner,
  killLeftovers,
  readTraceRecords,
  removeTraces,
} from "@rebench/supervisor";
import type { BaseFolder } from "./base-folder.ts";
import { releaseLease, staleLeases } from "./uid-leases.ts";

// A folder without a record for longer than it takes to write one.
const unrecordedAfterMs = 60_000;

const nobodys = { files: [], openFolders: [], users: [], owner: { pid: 0, startTime: "" } };

/** Removes what belongs to no living supervisor or creator. */
export async function cleanBase(base: BaseFolder, dryRun: boolean): Promise<CleanReport> {
  let processes = 0;
  let folders = 0;
  const records = readTraceRecords(base.records);
  for (const record of records.filter((found) => !hasLivingOwner(found))) {
    folders += record.folders.filter((folder) => existsSync(folder)).length;
    if (dryRun) {
      processes += findLeftovers(record).length;
      continue;
    }
    processes += await killLeftovers(record);
    removeTraces(record);
  }
  const recorded = new Set(records.flatMap((record) => record.folders));
  for (const name of readdirSync(base.sandboxes)) {
    const folder = join(base.sandboxes, name);
    if (recorded.has(folder) || folderAgeMs(folder) < unrecordedAfterMs) continue;
    folders++;
    if (!dryRun) removeTraces({ ...nobodys, name, path: join(base.records, `${name}.json`), folders: [folder] });
  }
  if (!dryRun) for (const lease of staleLeases(base)) releaseLease(lease);
  return { containers: 0, networks: 0, processes, folders };
}
