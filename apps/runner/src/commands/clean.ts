import type { CommandContext } from "../cli/command-context.ts";
import { openHome } from "../host/data-folder.ts";
import { compose } from "../compose.ts";

/** `rebench clean`: ends and removes what no live run owns. */
export async function cleanCommand(
  options: { readonly home?: string; readonly dryRun?: boolean },
  context: CommandContext,
): Promise<number> {
  const { sandboxes } = compose({ home: openHome(options.home), packDirectories: [], isolation: null });
  const dryRun = options.dryRun === true;
  const removed = await sandboxes.clean({ dryRun });
  if (context.json !== "none") context.print({ dryRun, removed });
  else {
    const counts = Object.entries(removed)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`);
    const verb = dryRun ? "would be removed" : "removed";
    context.say(
      counts.length === 0
        ? "nothing is left over: every sandbox here belongs to a live run"
        : `${verb}: ${counts.join(", ")}`,
    );
  }
  return 0;
}
