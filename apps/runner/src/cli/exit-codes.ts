import { RebenchError } from "@rebench/task-kit/errors";

/** The only place where an ending becomes a number. */
export const exitCodes = {
  done: 0,
  defect: 1,
  usage: 2,
  attemptsFailed: 3,
  runLimit: 4,
  noSandbox: 5,
  checkFailed: 6,
  interrupted: 130,
} as const;

const byPrefix: readonly (readonly [string, number])[] = [
  ["usage.", exitCodes.usage],
  ["task.", exitCodes.usage],
  ["tier.", exitCodes.usage],
  ["agent.", exitCodes.usage],
  ["pack.", exitCodes.usage],
  ["run.", exitCodes.usage],
  ["home.", exitCodes.usage],
  ["sandbox.", exitCodes.noSandbox],
  ["host.tool-missing", exitCodes.noSandbox],
  ["host.", exitCodes.usage],
  ["lock.", exitCodes.checkFailed],
  ["journal.", exitCodes.checkFailed],
];

/** Exit code of an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!RebenchError.is(error)) return exitCodes.defect;
  return byPrefix.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? exitCodes.defect;
}
