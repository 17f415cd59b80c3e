import { existsSync } from "node:fs";
import type { CommandContext } from "../cli/command-context.ts";
import { openHome } from "../host/data-folder.ts";
import { textTable } from "../reporting/table.ts";
import { openRunIndex } from "../run-index/run-index.ts";

/** `rebench runs`: the stored runs, newest first. */
export async function runsCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHome(options.home);
  const known = existsSync(home.index);
  const index = openRunIndex(home);
  try {
    if (!known) await index.rebuild();
    const runs = index.list();
    if (context.json !== "none") {
      context.print({ runs });
      return 0;
    }
    if (runs.length === 0) {
      context.say(`no runs in ${home.root} yet; \`rebench demo\` makes one`);
      return 0;
    }
    const rows = runs.map((run) => [
      run.runId,
      run.startedAt.slice(0, 16).replace("T", " "),
      run.outcome,
      String(run.attempts),
      run.tasks.join(", "),
      run.agents.join(", "),
    ]);
    for (const line of textTable(["run", "started (UTC)", "outcome", "attempts", "tasks", "agents"], rows, [3]))
      context.say(line);
    return 0;
  } finally {
    index.close();
  }
}
