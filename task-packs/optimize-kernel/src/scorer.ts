import type { ScoreResult, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { compileSubmission, openForCompiling } from "./compile-submission.ts";
import { InvalidSubmission } from "./invalid.ts";
import { compileForTiming, openForTiming } from "./prepare-timing.ts";
import { validResult } from "./result.ts";
import { runHarness } from "./run-harness.ts";

/** Compiles submission and anchors apart from each other, then times them side by side in one sandbox. */
export async function score(context: ScoringContext): Promise<ScoreResult> {
  try {
    const sandbox = await prepare(context);
    context.progress("timing", 0.3);
    const output = await context.withTimingLease(() => runHarness(context, sandbox));
    if (output.status === "fault") throw new Error(`the harness cannot work here: ${output.reason}`);
    if (output.status === "invalid") throw new InvalidSubmission(output.code, output.reason);
    return validResult(output.cases);
  } catch (error) {
    if (!InvalidSubmission.is(error)) throw error;
    return { status: "invalid", reason: error.message, details: { code: error.code } };
  }
}

/** The timing sandbox with everything in it. A submission that does not compile is answered without waiting for the anchors. */
async function prepare(context: ScoringContext): Promise<ScoringSandbox> {
  context.progress("compiling", 0);
  const [compiling, timing] = await Promise.all([openForCompiling(context), openForTiming(context)]);
  const prepared = compileForTiming(timing);
  // Unhandled only until it is awaited below, or not needed any more.
  prepared.catch(() => undefined);
  const library = await compileSubmission(compiling);
  await prepared;
  await timing.write([{ path: "solution.so", content: library, mode: 0o755 }]);
  return timing;
}
