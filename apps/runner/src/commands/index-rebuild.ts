import type { CommandContext } from "../cli/command-context.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { rebuildRunIndex } from "../run-index/run-index.ts";

/** `rebench index rebuild`: makes the index again from what is stored. */
export async function indexRebuildCommand(
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const runs = await rebuildRunIndex(home);
  if (context.json === "none") context.say(`${runs} runs indexed in ${home.index}`);
  else context.print({ runs, index: home.index });
  return 0;
}
