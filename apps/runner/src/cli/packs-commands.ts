import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, withHome } from "./options.ts";

type Act = (
  options: { json?: string | boolean },
  handler: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/** `rebench packs` and what installs and removes them. */
export function addPacksCommands(program: Command, act: Act): void {
  const packs = describe(
    program.command("packs"),
    "installed task packs with their tasks, tiers and anchors",
    "rebench packs --json",
  ).action((options) =>
    act(options, async (context) => (await import("../commands/packs.ts")).packsCommand(options, context)),
  );
  describe(
    packs.command("add <spec>"),
    "install a pack: NAME[@RANGE] from the npm registry, a tarball, or a folder",
    "rebench packs add optimize-kernel@^1",
  ).action((spec: string, _, command: Command) => {
    const options = command.optsWithGlobals<{ json?: string | boolean; home?: string }>();
    return act(options, async (context) =>
      (await import("../commands/packs-add.ts")).packsAddCommand(spec, options, context),
    );
  });
  describe(
    packs.command("remove <pack>"),
    "remove an installed version of a pack",
    "rebench packs remove optimize-kernel@1.0.0",
  ).action((pack: string, _, command: Command) => {
    const options = command.optsWithGlobals<{ json?: string | boolean; home?: string }>();
    return act(options, async (context) =>
      (await import("../commands/packs-remove.ts")).packsRemoveCommand(pack, options, context),
    );
  });
}

const describe = (command: Command, summary: string, example: string): Command =>
  withHome(
    command
      .summary(summary)
      .description(summary)
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`),
  );
