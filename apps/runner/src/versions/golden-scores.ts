import { readdir } from "node:fs/promises";
import path from "node:path";
import { deriveSeed, type GoldenScore, type LoadedTask } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { commandOfLocation, pathOfLocation, openLocation } from "../packs/location.ts";
import type { Grader } from "../host/grader.ts";

/** Every golden submission is scored with it, in every version. */
export const goldenSeed = deriveSeed("golden submissions", "seed");

/**
 * Scores of a tier's stored submissions, which are its rungs and its reference, by their folders. Errors with code
 * `pack.no-golden` where these are programs.
 */
export async function goldenScores(
  loaded: LoadedTask,
  grader: Grader,
  onProgress: (message: string) => void,
): Promise<Record<string, GoldenScore>> {
  const { rungs, reference } = loaded.tier;
  if (commandOfLocation(rungs) !== undefined || commandOfLocation(reference) !== undefined)
    throw new RebenchError({
      code: "pack.no-golden",
      message: "its solutions are programs: no submissions are stored that could be scored again",
    });
  const scores: Record<string, GoldenScore> = {};
  const score = async (name: string, folder: string): Promise<void> => {
    onProgress(`scoring ${name}`);
    const verdict = await grader.grade(folder, name);
    if (verdict.status === "failed")
      throw new RebenchError({ code: verdict.code, message: `${name} could not be scored: ${verdict.reason}` });
    scores[name] =
      verdict.status === "valid"
        ? { status: "valid", raw: verdict.raw, normalized: verdict.normalized }
        : { status: "invalid" };
  };
  await using rungsFolder = await openLocation(rungs, loaded.packPath);
  for (const name of (await readdir(rungsFolder.folder)).sort())
    await score(path.posix.join(pathOfLocation(rungs), name), path.join(rungsFolder.folder, name));
  await using referenceFolder = await openLocation(reference, loaded.packPath);
  await score(pathOfLocation(reference), referenceFolder.folder);
  return scores;
}
