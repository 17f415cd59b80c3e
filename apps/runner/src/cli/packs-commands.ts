import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, withHome } from "./options.ts";

type Act = (
  options: { json?: string | boolean },
  handler: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/** `rebench packs` and what installs and removes them. */
export function addPacksCommands(program: Command, act: Act): void {
  describe(
    program.command("packs"),
    "installed task packs with their tasks, tiers and anchors",
    "rebench packs --json",
  ).action((options) =>
    act(options, async (context) => (await import("../commands/packs.ts")).packsCommand(options, context)),
  );
}

const describe = (command: Command, summary: string, example: string): Command =>
  withHome(
    command
      .summary(summary)
      .description(summary)
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`),
  );
