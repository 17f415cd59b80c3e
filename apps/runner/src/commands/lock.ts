import { writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeLock, makeLock, type LockedPack } from "@rebench/core";
import type { CommandContext } from "../cli/command-context.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { openHome } from "../host/data-folder.ts";
import { packPlaces } from "../host/pack-places.ts";
import { lockedPack } from "../lock/lock-here.ts";
import { lockFileName } from "../lock/read-lock.ts";
import { findPack, findPacks } from "../packs/find-packs.ts";
import { openPack } from "../packs/open-pack.ts";
import { parseTaskName } from "../packs/task-name.ts";

export interface LockOptions {
  readonly home?: string;
  readonly out?: string;
}

/** `rebench lock [TASK…]`: writes down the content of the named tasks' packs, or of all packs that are here. */
export async function lockCommand(
  names: readonly string[],
  options: LockOptions,
  context: CommandContext,
): Promise<number> {
  const places = packPlaces(openHome(options.home), context);
  const folders =
    names.length === 0
      ? await findPacks(places)
      : await Promise.all(names.map((name) => findPack(parseTaskName(name), places)));
  const packs: LockedPack[] = [];
  for (const { directory } of folders) packs.push(await lockedPack(await openPack(directory, places.packsFolder)));
  const lock = makeLock(packs);
  const file = path.resolve(context.workingDirectory, options.out ?? lockFileName);
  await writeFile(file, encodeLock(lock));
  if (context.json !== "none") context.print(lock);
  else context.say(terminalSafe(`${lock.packs.length} packs locked in ${file}`));
  return 0;
}
