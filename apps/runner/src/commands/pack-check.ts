import { RebenchError } from "@rebench/task-kit";
import { findAuthoredPack } from "../authoring/find-authored-pack.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { parseCount } from "../cli/number-option.ts";
import { checkPack } from "../conformance/check-pack.ts";
import { conformanceChecks } from "../conformance/checks.ts";
import { tellResult, tellSummary } from "../conformance/report.ts";
import { parseLevel, parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import { openPack } from "../packs/open-pack.ts";

export interface PackCheckOptions {
  readonly home?: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly repeat: string;
  readonly only?: readonly string[];
}

/** `rebench pack check PACK`: the conformance list on every task and tier that the pack can run. */
export async function packCheckCommand(
  name: string,
  options: PackCheckOptions,
  context: CommandContext,
): Promise<number> {
  const chosen = chooseChecks(options.only);
  const repeat = parseCount(options.repeat);
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const home = openHomeToWrite(options.home);
  const folder = await findAuthoredPack(name, packPlaces(home, context));
  const pack = await openPack(folder.directory, home.packs);
  const interruption = listenForInterruption(() => undefined);
  try {
    const report = await checkPack({
      pack,
      home,
      choice,
      repeat,
      context,
      checks: chosen,
      onResult: (result) => tellResult(result, context),
      signal: interruption.stop,
    });
    const ok = report.checks.every((check) => check.ok);
    if (context.json !== "none") context.print({ pack: `${pack.name}@${pack.version}`, ok, ...report });
    else tellSummary(report, name, context);
    return ok ? exitCodes.done : exitCodes.checkFailed;
  } catch (error) {
    if (interruption.stop.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    interruption.dispose();
  }
}

function chooseChecks(only: readonly string[] | undefined): typeof conformanceChecks {
  if (only === undefined) return conformanceChecks;
  const known = conformanceChecks.map(({ id }) => id);
  const unknown = only.find((id) => !known.includes(id));
  if (unknown === undefined) return conformanceChecks.filter(({ id }) => only.includes(id));
  throw new RebenchError({
    code: "usage.check",
    message: `there is no check ${JSON.stringify(unknown)}`,
    fix: `checks: ${known.join(", ")}`,
  });
}
