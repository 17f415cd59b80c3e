import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { attemptSpecSchema, type AttemptSpec } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import type { CommandContext } from "../cli/command-context.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { loadPinnedTask } from "../packs/load-tasks.ts";
import { carryOut } from "./carry-out.ts";
import { preflight } from "./run.ts";

/** `rebench attempt SPEC`: one attempt from its self-contained spec (a file, or `-`), as a scheduler calls it. */
export async function attemptCommand(
  file: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const spec = await readSpec(file, context.workingDirectory);
  const home = openHomeToWrite(options.home);
  const loaded = await loadPinnedTask(spec.task);
  const level = await preflight(home, [loaded]);
  // The folder of an attempt that is run alone is that of a run with one attempt.
  const alone = { ...spec, index: 0, attemptId: `${spec.runId}.0` };
  return carryOut({
    home,
    plan: { runId: spec.runId, seed: spec.seed, parallel: 1, attempts: [alone] },
    tasks: [loaded],
    level,
    context,
  });
}

async function readSpec(file: string, workingDirectory: string): Promise<AttemptSpec> {
  try {
    const content =
      file === "-" ? await text(process.stdin) : await readFile(path.resolve(workingDirectory, file), "utf8");
    return attemptSpecSchema.parse(JSON.parse(content));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new RebenchError({
      code: "usage.attempt-spec",
      message: `${file} is not an attempt's spec: ${reason}`,
      fix: "`rebench run … --dry-run --json` prints specs, in plan.attempts",
      cause,
    });
  }
}
