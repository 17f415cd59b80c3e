import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { attemptSpecSchema, type AttemptSpec } from "@rebench/core";
import type { HomeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { agentConfig } from "../agents.ts";
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
  const { name, command, files } = spec.agent;
  agentConfig({ name, command, files });
  const home = openHomeToWrite(options.home);
  refuseExisting(home, spec);
  const loaded = await loadPinnedTask(spec.task, home.packs);
  const level = await preflight({ home, tasks: [loaded], context, sandbox: spec.sandbox, isolation: null });
  return carryOut({
    home,
    plan: { runId: spec.runId, seed: spec.seed, parallel: 1, attempts: [spec] },
    tasks: [loaded],
    level,
    context,
  });
}

/** Nothing of an attempt that was begun here before is written over. */
function refuseExisting(home: HomeLayout, { runId, index, attemptId }: AttemptSpec): void {
  const { journal } = home.run(runId).attempt(index);
  if (!existsSync(journal)) return;
  throw new RebenchError({
    code: "home.attempt-exists",
    message: `attempt ${attemptId} is in this home already: ${journal}`,
    fix: `\`rebench show ${runId}\` shows it; to run it once more use another data folder (--home) or another plan`,
  });
}

const specSchema = attemptSpecSchema.refine(({ attemptId, runId, index }) => attemptId === `${runId}.${index}`, {
  message: "attemptId is not the run's id, a dot and the index",
  path: ["attemptId"],
});

async function readSpec(file: string, workingDirectory: string): Promise<AttemptSpec> {
  try {
    const content =
      file === "-" ? await text(process.stdin) : await readFile(path.resolve(workingDirectory, file), "utf8");
    return specSchema.parse(JSON.parse(content));
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
