import { RebenchError } from "@rebench/task-kit";
import type { CommandContext } from "../cli/command-context.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { installedFolder, installedFolders } from "../packs/install/installed-folders.ts";
import { removePack } from "../packs/install/remove-pack.ts";
import { parseTaskName, shortPackName } from "../packs/task-name.ts";

/** `rebench packs remove NAME@VERSION`: removes one installed version; removing what is not there changes nothing. */
export async function packsRemoveCommand(
  text: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const { pack, version } = parseTaskName(text);
  if (pack === null || version === null) {
    throw new RebenchError({
      code: "usage.pack-version",
      message: `${JSON.stringify(text)} does not name one version of a pack`,
      fix: "write NAME@VERSION as `rebench packs` lists it",
    });
  }
  const installed = await installedFolders(home.packs);
  // A name without a scope is one of our own packs, or the npm package of just that name.
  const name = [pack, shortPackName(pack)].find((candidate) =>
    installed.includes(installedFolder(home.packs, { name: candidate, version })),
  );
  if (name !== undefined) await removePack(installedFolder(home.packs, { name, version }), home.packs);
  const removed = name !== undefined;
  if (context.json !== "none") context.print({ removed, name: name ?? pack, version });
  else context.say(`${name ?? pack}@${version} ${removed ? "is removed" : `is not installed in ${home.packs}`}`);
  return 0;
}
