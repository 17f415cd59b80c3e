import type { ScoreResult, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { compileSubmission } from "./compile-submission.ts";
import { InvalidSubmission } from "./invalid.ts";
import { prepareTiming } from "./prepare-timing.ts";
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

/** The timing sandbox with everything in it. What the submission is at fault for comes before what we are. */
async function prepare(context: ScoringContext): Promise<ScoringSandbox> {
  context.progress("compiling", 0);
  const [library, timing] = await Promise.allSettled([compileSubmission(context), prepareTiming(context)]);
  if (library.status === "rejected") throw library.reason;
  if (timing.status === "rejected") throw timing.reason;
  await timing.value.write([{ path: "solution.so", content: library.value, mode: 0o755 }]);
  return timing.value;
}
