import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { openHome } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import type { Problem } from "../verification/problem.ts";
import type { Rescored } from "../verification/rescore-attempt.ts";
import { verifyLock } from "../verification/verify-lock.ts";
import { verifyRun, type RunVerification } from "../verification/verify-run.ts";
import { verifyTarget } from "../verification/verify-target.ts";

export interface VerifyOptions {
  readonly home?: string;
  readonly rescore?: boolean;
  readonly pack?: readonly string[];
  readonly sandbox: string;
}

/** The `verify` object of the command line's JSON. */
interface Verification {
  readonly verified: boolean | "hardware-differs";
  readonly problems: readonly Problem[];
  /** What could not be looked at, and is no reason for doubt. */
  readonly notes: readonly Problem[];
  readonly rescored: readonly Rescored[];
}

/** `rebench verify [RUN|FOLDER|LOCKFILE]`: whether results, or a lock, are what they say they are. */
export async function verifyCommand(
  name: string | undefined,
  options: VerifyOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHome(options.home);
  const target = await verifyTarget(name, home, context.workingDirectory);
  const places = packPlaces(home, context);
  const interruption = listenForInterruption(() => undefined);
  try {
    const found: RunVerification[] = [];
    if (target.kind === "lock") found.push(await verifyLock(target.file, places));
    else
      for (const layout of target.layouts)
        found.push(
          await verifyRun({
            layout,
            home,
            places,
            ours: target.ours,
            packs: options.pack ?? [],
            rescore: options.rescore === true ? { sandbox: options.sandbox } : null,
            signal: interruption.stop,
            context,
          }),
        );
    context.showProgress("");
    if (interruption.stop.aborted) return exitCodes.interrupted;
    const verification = conclude(found);
    if (context.json !== "none") context.print(verification);
    else for (const line of describe(verification, found.length)) context.say(line);
    return verification.verified === false ? exitCodes.checkFailed : exitCodes.done;
  } finally {
    interruption.dispose();
  }
}

/** Other hardware is said, not failed: a time that was scored elsewhere can be neither confirmed nor denied here. */
function conclude(found: readonly RunVerification[]): Verification {
  const problems = found.flatMap((one) => one.problems);
  const onlyHardware = problems.every(({ code }) => code.startsWith("hardware."));
  return {
    verified: problems.length === 0 ? true : onlyHardware ? "hardware-differs" : false,
    problems,
    notes: found.flatMap((one) => one.notes),
    rescored: found.flatMap((one) => one.rescored),
  };
}

function describe({ verified, problems, notes, rescored }: Verification, count: number): string[] {
  const line = ({ where, message }: Problem): string => `${terminalSafe(where)}: ${terminalSafe(message)}`;
  const what = count === 1 ? "it is" : `all ${count} are`;
  return [
    ...problems.map(line),
    ...rescored.map(({ attemptId, message }) => oneLine(`${attemptId}: ${message}`, 400)),
    ...notes.map((note) => `note: ${line(note)}`),
    verified === true
      ? `verified: ${what} as written`
      : verified === false
        ? `NOT verified: ${problems.length} problems`
        : "as written; times cannot be compared with those of other hardware",
  ];
}
