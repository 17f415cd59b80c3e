import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, sandboxOption, withHome } from "./options.ts";

type Act = (
  options: { json?: string | boolean },
  handler: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/** `rebench lock`, which pins what tasks are made of, and `rebench verify`, which checks results against it. */
export function addLockCommands(program: Command, act: Act): void {
  const add = (usage: string, summary: string, example: string): Command =>
    withHome(
      program
        .command(usage)
        .summary(summary)
        .description(summary)
        .addOption(jsonOption())
        .addHelpText("after", `\nExample:\n  ${example}`),
    );
  add(
    "lock [task...]",
    "write down what the packs of tasks are made of, for `run --locked`; of all packs here if none is named",
    "rebench lock optimize-kernel",
  )
    .option("--out <file>", "default: rebench.lock.json in the working folder")
    .action((tasks: string[], options) =>
      act(options, async (context) => (await import("../commands/lock.ts")).lockCommand(tasks, options, context)),
    );
  add(
    "verify [run]",
    "check that a stored run, a folder of results, or what a lock file pins is as it was written; default: ./rebench.lock.json",
    "rebench verify ./results-of-somebody --rescore",
  )
    .option(
      "--rescore",
      "also score the stored submissions again; installs the packs they were scored with where they are missing",
    )
    .option("--pack <folder...>", "where the packs of the run lie, if they are not installed")
    .addOption(sandboxOption())
    .action((run: string | undefined, options) =>
      act(options, async (context) => (await import("../commands/verify.ts")).verifyCommand(run, options, context)),
    );
}
