import { RebenchError } from "@rebench/task-kit";

/** One thing that is wrong with a pack. */
export interface PackProblem {
  readonly code: string;
  readonly reason: string;
  readonly fix: string;
}

/** All problems of a pack at once, as one error. */
export function malformedPack(directory: string, problems: readonly PackProblem[], cause?: unknown): RebenchError {
  const list = problems.map(({ code, reason, fix }) => `  ${code}: ${reason}\n    fix: ${fix}`).join("\n");
  return new RebenchError({
    code: "pack.malformed",
    message: `the pack in ${directory} cannot be used:\n${list}`,
    fix: "mend the pack, or install another version of it",
    ...(cause === undefined ? {} : { cause }),
  });
}
