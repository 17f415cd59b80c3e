import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { parsePackName } from "../authoring/pack-name.ts";
import { planPack, type ScorerLanguage } from "../authoring/plan-pack.ts";
import { refuseExisting, writePack } from "../authoring/write-pack.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";

export interface PackNewOptions {
  readonly scorer: string;
  readonly dir?: string;
  readonly dryRun?: boolean;
}

/** `rebench pack new NAME`: a small real task in a folder of its own, to be replaced part by part. */
export async function packNewCommand(text: string, options: PackNewOptions, context: CommandContext): Promise<number> {
  const { name, folder } = parsePackName(text);
  const scorer = parseScorer(options.scorer);
  const directory = path.resolve(context.workingDirectory, options.dir ?? folder);
  const files = await planPack({ name, scorer });
  const dryRun = options.dryRun ?? false;
  if (dryRun) refuseExisting(directory);
  else await writePack(directory, files);
  if (context.json !== "none") {
    context.print({ name, directory, dryRun, files: files.map((file) => file.path) });
    return exitCodes.done;
  }
  const shown = path.relative(context.workingDirectory, directory) || ".";
  context.say(`${dryRun ? "would make" : "made"} ${name} in ${shown}, ${files.length} files:`);
  for (const file of files) context.say(`  ${file.path}`);
  if (!dryRun) context.say(`\nnext:\n  cd ${shown}\n  npm install\n  rebench pack check .`);
  return exitCodes.done;
}

function parseScorer(text: string): ScorerLanguage {
  if (text === "typescript" || text === "python") return text;
  throw new RebenchError({
    code: "usage.scorer",
    message: `a scorer cannot be made in ${JSON.stringify(text)}`,
    fix: "--scorer typescript or --scorer python",
  });
}
