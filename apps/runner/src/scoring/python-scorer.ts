import path from "node:path";
import type { Asset, Scorer, ScoreResult, ScoringContext } from "@rebench/task-kit";
import { z } from "zod";

type PythonScorer = Extract<Scorer, { kind: "python" }>;

const resultSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("valid"),
    raw: z.number(),
    anchors: z.object({ start: z.number(), reference: z.number() }).optional(),
    message: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ status: z.literal("invalid"), reason: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
]);

/**
 * Runs a Python scorer in a sandbox of its own, never on the host. It finds its files beside it, the tier's assets in `assets/`, the submission in `submission/`,
 * a request as JSON on standard input, and prints its result as the last line of standard output.
 */
export async function scoreWithPython(
  scorer: PythonScorer,
  context: ScoringContext,
  assets: readonly Asset[] = [],
): Promise<ScoreResult> {
  const sandbox = await context.openSandbox({ name: "python" });
  for (const relative of [scorer.script, ...scorer.files]) await sandbox.copyIn(context.packPath(relative), relative);
  for (const { name } of assets) await sandbox.copyIn(context.assetPath(name), path.posix.join("assets", name));
  await sandbox.copyIn(context.submission.directory, "submission");
  const { tier, purpose, seed, cpus, submission } = context;
  const run = await sandbox.run({
    argv: ["python3", scorer.script],
    user: "harness",
    timeoutSeconds: scorer.timeoutSeconds,
    stdin: JSON.stringify({
      tier,
      purpose,
      seed,
      cpus,
      submission: { path: path.posix.join(sandbox.directory, "submission"), files: submission.files },
    }),
    environment: { PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  });
  if (run.timedOut) throw new Error(`the Python scorer did not finish within ${scorer.timeoutSeconds} s`);
  if (run.exitCode !== 0)
    throw new Error(`the Python scorer exited with ${run.exitCode ?? "a signal"}: ${run.stderr.trim().slice(-2000)}`);
  const line = run.stdout.trimEnd().split("\n").at(-1) ?? "";
  return tidy(resultSchema.parse(JSON.parse(line)));
}

function tidy(result: z.infer<typeof resultSchema>): ScoreResult {
  return Object.fromEntries(
    Object.entries(result).filter(([, value]) => value !== undefined),
  ) as unknown as ScoreResult;
}
