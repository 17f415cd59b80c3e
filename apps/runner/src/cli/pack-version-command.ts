import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, sandboxOption, withHome } from "./options.ts";

type Act = (
  options: { json?: string | boolean },
  handler: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/** `rebench pack version`: whether a pack's number says what its changes mean. */
export function addPackVersionCommand(pack: Command, act: Act): void {
  const summary = "what the changes since the last release ask of the version: major, minor or nothing";
  withHome(
    pack
      .command("version <pack>")
      .summary(summary)
      .description(summary)
      .addOption(jsonOption())
      .addHelpText("after", "\nExample:\n  rebench pack version ./my-pack --rescore"),
  )
    .option(
      "--rescore",
      "score the golden submissions (rungs, reference) again; tiers that score alike count as unchanged",
    )
    .option("--record", "keep what is here as the released version, in the pack's .released.json")
    .addOption(sandboxOption())
    .option("--isolation <level>", "of the local sandbox: bwrap, unshare, uid or none; default: the best one here")
    .action((name: string, options) =>
      act(options, async (context) =>
        (await import("../commands/pack-version.ts")).packVersionCommand(name, options, context),
      ),
    );
}
