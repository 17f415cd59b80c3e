import type { CommandContext } from "../cli/command-context.ts";
import { probeContainers } from "../host/choose-sandbox.ts";
import { cleanEverything } from "../host/clean-everything.ts";
import { dockerProvider } from "../host/providers.ts";

/** `rebench clean`: ends and removes what no live run owns. */
export async function cleanCommand(
  options: { readonly dryRun?: boolean; readonly images?: boolean },
  context: CommandContext,
): Promise<number> {
  const dryRun = options.dryRun === true;
  const sandboxes = await cleanEverything({ dryRun });
  const removed = options.images === true ? { ...sandboxes, images: await cleanImages(dryRun) } : sandboxes;
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

/** Images cost minutes to build and nothing to keep, so they go only when that is asked for. */
async function cleanImages(dryRun: boolean): Promise<number> {
  if (!(await probeContainers()).available) return 0;
  return (await dockerProvider()).cleanImages({ dryRun });
}
