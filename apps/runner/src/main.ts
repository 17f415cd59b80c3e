import { CommanderError } from "commander";
import { outliveClosedOutput } from "./cli/closed-output.ts";
import { exitCodeOf, exitCodes } from "./cli/exit-codes.ts";
import { describeError, errorObject, explainSystemError, usageError } from "./cli/print-error.ts";
import { buildProgram } from "./cli/program.ts";

/** Options that take a value only behind `=`, so that they can stand anywhere before a task's name. */
const whole: ReadonlyMap<string, string> = new Map([
  ["--json", "--json=object"],
  ["--locked", "--locked=content"],
]);

/** Runs the command line; the only place that sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  outliveClosedOutput([process.stdout, process.stderr]);
  const program = buildProgram((code) => (process.exitCode = code));
  for (const command of [program, ...program.commands, ...program.commands.flatMap((inner) => inner.commands)])
    command.exitOverride();
  const json = argv.some((argument) => argument === "--json" || argument.startsWith("--json="));
  try {
    await program.parseAsync(
      argv.map((argument) => whole.get(argument) ?? argument),
      { from: "user" },
    );
  } catch (thrown) {
    const error = explainSystemError(thrown);
    if (error instanceof CommanderError) {
      // Commander has already said what was wrong; help and version come this way with 0.
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
      if (json && error.exitCode !== 0) printErrorObject(usageError(error));
      return;
    }
    if (json) printErrorObject(error);
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

const printErrorObject = (error: unknown): void => void process.stdout.write(`${JSON.stringify(errorObject(error))}\n`);
