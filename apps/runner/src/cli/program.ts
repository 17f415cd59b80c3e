import { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import type { CommandContext } from "./command-context.ts";
import { jsonOption, sandboxOption, withHome } from "./options.ts";
import { addPackCommands } from "./pack-commands.ts";
import { addLockCommands } from "./lock-commands.ts";
import { addPacksCommands } from "./packs-commands.ts";
import { terminalContext } from "./terminal-context.ts";

type Handler = (context: CommandContext) => Promise<number>;

/** Every command with its options. Handlers are imported when called, so that `--help` stays fast. */
export function buildProgram(finish: (code: number) => void): Command {
  const program = new Command("rebench")
    .description(
      "RE-Bench-compatible tasks: open-ended ML research engineering, scored 0 at the start and 1 at the reference",
    )
    .version(manifest.version)
    .showHelpAfterError("(`rebench --help` lists the commands)")
    .configureHelp({ sortSubcommands: false });

  const add = (usage: string, summary: string, example: string): Command =>
    program
      .command(usage)
      .summary(summary)
      .description(summary)
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`);
  const act = async (options: { json?: string | boolean }, handler: Handler): Promise<void> =>
    finish(await handler(terminalContext(options.json)));

  withHome(add("doctor", "is this machine ready, with the fix for what is missing", "rebench doctor")).action(
    (options) =>
      act(options, async (context) => (await import("../commands/doctor.ts")).doctorCommand(options, context)),
  );
  withHome(
    add(
      "demo",
      "the first run: starting solution, a weak attempt, the reference, and a cheat that is refused",
      "rebench demo",
    ),
  )
    .addOption(sandboxOption())
    .action((options) =>
      act(options, async (context) => (await import("../commands/demo.ts")).demoCommand(options, context)),
    );
  addPacksCommands(program, act);
  withHome(
    add(
      "run <task...>",
      "attempt tasks with an agent",
      "rebench run optimize-kernel --agent command --agent-files ./my-agent --command 'python3 ~/agent/main.py' --time 30m",
    ),
  )
    .requiredOption("--agent <name>", "nop, reference, or command")
    .option("--command <line>", "the shell line of --agent command; it starts in the solution folder")
    .option("--agent-files <folder>", "copied to ~/agent in the sandbox, for --agent command")
    .option("--tier <tier>", "mini or full", "mini")
    .option("--attempts <n>", "attempts of each task", "1")
    .option("--parallel <n>", "attempts at the same time", "1")
    .option("--time <duration>", "working time, at most the tier's: 5s, 30m, 8h")
    .option("--tokens <n>", "token budget of an attempt")
    .option("--cost <usd>", "cost budget of an attempt")
    .option("--actions <n>", "action budget of an attempt")
    .addOption(sandboxOption())
    .option("--isolation <level>", "of the local sandbox: bwrap, unshare, uid or none; default: the best one here")
    .option("--seed <text>", "what everything random follows from; drawn if left out")
    .option(
      "--locked [mode]",
      "refuse packs that are not what ./rebench.lock.json holds; `--locked=strict` also another Node, engine or image than last time",
    )
    .option("--dry-run", "print the plan and run nothing")
    .action((tasks: string[], options) =>
      act(options, async (context) => (await import("../commands/run.ts")).runCommand(tasks, options, context)),
    );
  withHome(add("runs", "stored runs, newest first", "rebench runs")).action((options) =>
    act(options, async (context) => (await import("../commands/runs.ts")).runsCommand(options, context)),
  );
  withHome(add("show <run>", "one stored run in full", "rebench show 01JD3ZK5V8Q7")).action((run: string, options) =>
    act(options, async (context) => (await import("../commands/show.ts")).showCommand(run, options, context)),
  );
  withHome(add("watch <run>", "follow a run live, or replay it as text", "rebench watch 01JD3ZK5V8Q7")).action(
    (run: string, options) =>
      act(options, async (context) => (await import("../commands/watch.ts")).watchCommand(run, options, context)),
  );
  withHome(
    add(
      "grade <task> <folder>",
      "score a submission folder without an agent",
      "rebench grade optimize-kernel ./my-solution --repeat 10",
    ),
  )
    .option("--tier <tier>", "mini or full", "mini")
    .addOption(sandboxOption())
    .option("--isolation <level>", "of the local sandbox: bwrap, unshare, uid or none; default: the best one here")
    .option("--repeat <n>", "score it n times and show the noise", "1")
    .option("--seed <text>", "what the scorings' seeds follow from; drawn if left out")
    .action((task: string, folder: string, options) =>
      act(options, async (context) =>
        (await import("../commands/grade.ts")).gradeCommand(task, folder, options, context),
      ),
    );
  withHome(
    add(
      "review <attempt>",
      "append a person's adjudication to an attempt",
      "rebench review 01JD3ZK5V8Q7.0 --void --reason 'read the grader' --by ada",
    ),
  )
    .option("--flag", "worth a look; the score stands")
    .option("--void", "a cheat: the score does not count")
    .option("--amend <score>", "another normalised score counts instead")
    .requiredOption("--reason <text>", "why")
    .requiredOption("--by <name>", "who says so")
    .action((attempt: string, options) =>
      act(options, async (context) => (await import("../commands/review.ts")).reviewCommand(attempt, options, context)),
    );
  addLockCommands(program, act);
  withHome(
    add("recover", "after a crash: take over what dead runners left, and remove what nobody owns", "rebench recover"),
  ).action((options) =>
    act(options, async (context) => (await import("../commands/recover.ts")).recoverCommand(options, context)),
  );
  withHome(add("clean", "end and remove what no live run owns", "rebench clean --dry-run"))
    .option("--images", "also the images that no container uses; they are built again when they are needed")
    .option("--dry-run", "only count it")
    .action((options) =>
      act(options, async (context) => (await import("../commands/clean.ts")).cleanCommand(options, context)),
    );
  withHome(
    add(
      "attempt <spec>",
      "run one attempt from its self-contained spec (a JSON file, or - for standard input)",
      "rebench attempt spec.json --json",
    ),
  ).action((spec: string, options) =>
    act(options, async (context) => (await import("../commands/attempt.ts")).attemptCommand(spec, options, context)),
  );
  addPackCommands(program, act);
  const index = program
    .command("index")
    .summary("the index over stored runs")
    .description("the index over stored runs");
  withHome(
    index
      .command("rebuild")
      .summary("recreate the index from what is stored")
      .addOption(jsonOption())
      .addHelpText("after", "\nExample:\n  rebench index rebuild"),
  ).action((options) =>
    act(options, async (context) =>
      (await import("../commands/index-rebuild.ts")).indexRebuildCommand(options, context),
    ),
  );
  return program;
}
