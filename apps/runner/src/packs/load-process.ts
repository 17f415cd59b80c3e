import path from "node:path";
import { pathToFileURL } from "node:url";
import { offerTaskKit } from "./host-task-kit.ts";
import { judgePack } from "./judge-pack.ts";
import type { PackProblem } from "./pack-problem.ts";

/** Entry of the process that a pack is loaded in for the first time: folder and module in, problems out. */
const [directory = "", entry = ""] = process.argv.slice(2);

process.send?.({ problems: await problemsOf() });
// What the pack left open would keep this process alive.
process.disconnect();
process.exit();

async function problemsOf(): Promise<readonly PackProblem[]> {
  offerTaskKit();
  try {
    const module = (await import(pathToFileURL(entry).href)) as { default?: unknown };
    return judgePack(directory, module.default);
  } catch (error) {
    const reason = `${path.relative(directory, entry)} could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
    return [{ code: "pack.load-failed", reason, fix: "run the pack's own tests" }];
  }
}
