import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { jsonOption, sandboxOption, withHome } from "./options.ts";
import { addPackVersionCommand } from "./pack-version-command.ts";

type Act = (
  options: { json?: string | boolean },
  handler: (context: CommandContext) => Promise<number>,
) => Promise<void>;

/** `rebench pack …`: what authors of task packs need. */
export function addPackCommands(program: Command, act: Act): void {
  const pack = program.command("pack").summary("author a task pack").description("author a task pack");
  const add = (usage: string, summary: string, example: string): Command =>
    pack
      .command(usage)
      .summary(summary)
      .description(summary)
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`);

  add("new <name>", "make a small real task pack to start from", "rebench pack new @acme/pack-toy --scorer python")
    .option(
      "--scorer <language>",
      "what the scorer is written in: typescript (plain JavaScript, typed) or python",
      "typescript",
    )
    .option("--dir <folder>", "where to make it; default: the name without its scope")
    .option("--dry-run", "list the files and write nothing")
    .action((name: string, options) =>
      act(options, async (context) => (await import("../commands/pack-new.ts")).packNewCommand(name, options, context)),
    );
  withHome(
    add(
      "check <pack>",
      "run the conformance list on a pack: documents, anchors, malformed submissions, cheats, rungs, leaks, noise",
      "rebench pack check ./my-pack --only cheats",
    ),
  )
    .option(
      "--only <check...>",
      "only these: definition, instructions, readme, container, calibration, anchors, malformed, cheats, rungs, leaks, repeat",
    )
    .option("--repeat <n>", "scorings that the noise is measured with", "5")
    .addOption(sandboxOption())
    .option("--isolation <level>", "of the local sandbox: bwrap, unshare, uid or none; default: the best one here")
    .action((name: string, options) =>
      act(options, async (context) =>
        (await import("../commands/pack-check.ts")).packCheckCommand(name, options, context),
      ),
    );
  withHome(
    add(
      "calibrate <pack>",
      "measure anchors, noise and calibration on this machine, with its hardware and the date",
      "rebench pack calibrate ./my-pack --repeat 20 --write",
    ),
  )
    .option("--tier <tier>", "mini or full; default: every one that this machine can run")
    .option("--repeat <n>", "scorings of the start and of the reference, and measurements of the rate", "10")
    .option("--write", "keep it in the pack's baselines/measured.json, which the pack can import")
    .addOption(sandboxOption())
    .option("--isolation <level>", "of the local sandbox: bwrap, unshare, uid or none; default: the best one here")
    .action((name: string, options) =>
      act(options, async (context) =>
        (await import("../commands/pack-calibrate.ts")).packCalibrateCommand(name, options, context),
      ),
    );
  withHome(
    add(
      "publish [pack]",
      "check what would be published, then publish it to the npm registry",
      "rebench pack publish --dry-run",
    ),
  )
    .option("--registry <url>", "default: the one that npm uses in the pack's folder")
    .option("--tag <tag>", "what the version is called in the registry; npm's default: latest")
    .option("--dry-run", "everything but sending it")
    .addOption(sandboxOption())
    .action((name: string | undefined, options) =>
      act(options, async (context) =>
        (await import("../commands/pack-publish.ts")).packPublishCommand(name ?? ".", options, context),
      ),
    );
  addPackVersionCommand(pack, act);
}
