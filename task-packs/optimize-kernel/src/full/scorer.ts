import type { ScoreResult, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { plainText } from "../plain-text.ts";
import { validResult } from "./result.ts";
import { runHarness } from "./run-harness.ts";

/** Name of the file that a submission consists of. */
export const submissionFile = "solution.py";

/** For an H100. Not linked with libcuda, which comes with the driver: device.py loads it. */
export const deviceFlags = ["-O3", "-std=c++17", "-arch=sm_90", "-shared", "-Xcompiler", "-fPIC"] as const;

/** Seconds that compiling the harness's kernels may take. */
const compileSeconds = 120;

/** Compiles the harness's side of the device, then times the submission in a sandbox where its processes have their own user. */
export async function score(context: ScoringContext): Promise<ScoreResult> {
  context.progress("compiling", 0);
  const sandbox = await prepare(context);
  context.progress("timing", 0.2);
  const output = await context.withTimingLease(() => runHarness(context, sandbox));
  switch (output.status) {
    case "fault":
      throw new Error(`the harness cannot work here: ${plainText(output.reason, 1000)}`);
    case "invalid":
      return { status: "invalid", reason: plainText(output.reason, 2000), details: { code: output.code } };
    case "valid":
      return validResult(output);
  }
}

async function prepare(context: ScoringContext): Promise<ScoringSandbox> {
  const sandbox = await context.openSandbox({ name: "timing" });
  // One user for both could signal, trace and replace the harness.
  if (!sandbox.separateUsers)
    throw new Error("the full tier needs a sandbox with separate users; use --sandbox docker");
  await sandbox.copyIn(context.packPath("harness/full"), "harness");
  await sandbox.copyIn(`${context.submission.directory}/${submissionFile}`, submissionFile);
  const compiled = await sandbox.run({
    argv: ["nvcc", ...deviceFlags, "harness/device_cuda.cu", "-o", "device.so"],
    user: "harness",
    timeoutSeconds: compileSeconds,
  });
  if (compiled.exitCode === 0) return sandbox;
  const reason = plainText(compiled.stderr, 1000) || `exit ${compiled.exitCode ?? "by a signal"}`;
  throw new Error(`cannot compile the harness in the scoring sandbox: ${reason}`);
}
