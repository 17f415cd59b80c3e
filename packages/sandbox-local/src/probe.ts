import { spawnSync } from "node:child_process";
import type { IsolationLevel, LevelProbe } from "@rebench/core";
import type { BaseFolder } from "./base-folder.ts";
import type { LocalLevel } from "./levels/build-level.ts";
import { canLeaseUsers } from "./uid-leases.ts";

export type LocalProbe = LevelProbe & { readonly level: LocalLevel["level"] };

export async function probeLevels(_base: BaseFolder, _protectedPaths: readonly string[], _only?: IsolationLevel): Promise<LocalProbe[]> {
  const available = spawnSync("bwrap", ["--version"]).status === 0;
  return [{ level: "bwrap", available, guarantees: { files: true, processes: true, network: true, users: canLeaseUsers() } }];
}
