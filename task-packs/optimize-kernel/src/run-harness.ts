import type { ScoringContext, ScoringPurpose, ScoringSandbox } from "@rebench/task-kit";
import { readHarnessOutput, type HarnessOutput } from "./harness-output.ts";
import { plainText } from "./plain-text.ts";

/** Seconds; a submission at all its limits needs about 30. */
const harnessSeconds = 90;

interface Rounds {
  readonly minimum: number;
  readonly maximum: number;
  readonly budgetMs: number;
}

/** The first entry of a score log is 0 whatever it measures: it only has to show that the starting solution works here. */
function roundsFor(purpose: ScoringPurpose): Rounds {
  return purpose === "start" ? { minimum: 1, maximum: 1, budgetMs: 500 } : { minimum: 8, maximum: 16, budgetMs: 3400 };
}

/** Standard error of the normalised score that ends the rounds early. */
const targetError = 0.006;

/** Runs harness and contestant side by side until the harness has its answer. */
export async function runHarness(context: ScoringContext, sandbox: ScoringSandbox): Promise<HarnessOutput> {
  const { sharedMemory } = sandbox;
  const warden = await sandbox.start({
    argv: ["./harness", "warden", sharedMemory, "contestant", String(context.cpus), "solution.so"],
    user: "contestant",
    timeoutSeconds: harnessSeconds + 10,
  });
  const result = await sandbox.run({
    argv: ["./harness", "measure", sharedMemory],
    user: "harness",
    timeoutSeconds: harnessSeconds,
    stdin: configuration(context),
  });
  await warden.kill();
  // Whatever became of it; but it must be over before its sandbox is closed.
  await warden.result.catch(() => undefined);
  const output = readHarnessOutput(result.stdout);
  if (output !== undefined) return output;
  const ending = result.timedOut ? "ran out of time" : `ended with ${result.exitCode ?? "a signal"}`;
  throw new Error(`the harness ${ending}: ${plainText(result.stderr, 500)}`);
}

/** On standard input, because a process's arguments can be read by others. */
function configuration(context: ScoringContext): string {
  const { minimum, maximum, budgetMs } = roundsFor(context.purpose);
  return [
    `seed ${context.seed}`,
    `cpus ${context.cpus}`,
    `minimum-rounds ${minimum}`,
    `maximum-rounds ${maximum}`,
    `budget-ms ${budgetMs}`,
    `target-error ${targetError}`,
    "",
  ].join("\n");
}
