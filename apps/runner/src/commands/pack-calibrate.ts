import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { calibrateTier, type MeasuredTier } from "../authoring/calibrate-tier.ts";
import { findAuthoredPack } from "../authoring/find-authored-pack.ts";
import { describeHardware } from "../authoring/hardware.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { parseCount } from "../cli/number-option.ts";
import { missingGpus, openTaskContext } from "../conformance/check-pack.ts";
import { parseLevel, parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import { systemClock } from "../host/system-clock.ts";
import { openPack } from "../packs/open-pack.ts";
import { resolveTask } from "../packs/resolve-task.ts";
import { textTable } from "../reporting/table.ts";
import { tierName } from "./run.ts";

export interface PackCalibrateOptions {
  readonly home?: string;
  readonly tier?: string;
  readonly repeat: string;
  readonly write?: boolean;
  readonly sandbox: string;
  readonly isolation?: string;
}

const file = "baselines/measured.json";

/** `rebench pack calibrate PACK`: what the start and the reference score here, how fast calibrated work is done, and how much that varies. */
export async function packCalibrateCommand(
  name: string,
  options: PackCalibrateOptions,
  context: CommandContext,
): Promise<number> {
  const repeat = parseCount(options.repeat);
  const only = options.tier === undefined ? null : tierName(options.tier);
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const home = openHomeToWrite(options.home);
  const { directory } = await findAuthoredPack(name, packPlaces(home, context));
  const pack = await openPack(directory, home.packs);
  const interruption = listenForInterruption(() => undefined);
  const tiers: MeasuredTier[] = [];
  try {
    for (const task of pack.pack.tasks) {
      for (const tier of task.tiers.filter((candidate) => only === null || candidate.name === only)) {
        const loaded = await resolveTask(pack, task.id, tier.name);
        const missing = await missingGpus(loaded);
        if (missing !== null) {
          context.say(`skip  ${task.id} ${tier.name}  ${missing}`);
          continue;
        }
        await using opened = await openTaskContext(
          { pack, home, choice, repeat, context, signal: interruption.stop },
          loaded,
        );
        tiers.push(await calibrateTier(opened.context));
        context.showProgress("");
      }
    }
  } catch (error) {
    if (interruption.stop.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    interruption.dispose();
  }
  const measuredOn = {
    hardware: describeHardware(),
    date: new Date(systemClock.epochMs()).toISOString().slice(0, 10),
    command: `rebench pack calibrate ${name} --repeat ${repeat}`,
  };
  if (options.write === true) await write(directory, { pack: `${pack.name}@${pack.version}`, measuredOn, tiers });
  if (context.json !== "none") context.print({ pack: `${pack.name}@${pack.version}`, measuredOn, tiers });
  else report({ measuredOn, tiers, written: options.write === true, context });
  return exitCodes.done;
}

async function write(directory: string, content: unknown): Promise<void> {
  await mkdir(path.join(directory, path.dirname(file)), { recursive: true });
  await writeFile(path.join(directory, file), `${JSON.stringify(content, null, 2)}\n`);
}

interface Report {
  readonly measuredOn: { readonly hardware: string; readonly date: string };
  readonly tiers: readonly MeasuredTier[];
  readonly written: boolean;
  readonly context: CommandContext;
}

function report({ measuredOn, tiers, written, context }: Report): void {
  const rows = tiers.map(({ task, tier, unit, start, reference, noise }) => [
    `${task} ${tier}`,
    unit,
    `${start.mean.toFixed(6)} ± ${start.standardDeviation.toFixed(6)}`,
    `${reference.mean.toFixed(6)} ± ${reference.standardDeviation.toFixed(6)}`,
    noise.toFixed(4),
  ]);
  for (const line of textTable(
    ["tier", "unit", "start (raw ± SD)", "reference (raw ± SD)", "noise (normalised SD)"],
    rows,
  ))
    context.say(line);
  for (const { task, tier, rate } of tiers)
    if (rate !== null)
      context.say(
        `\n${task} ${tier} calibration: ${rate.mean.toPrecision(4)} ± ${rate.standardDeviation.toPrecision(2)} ${rate.unit} (${rate.measurements} measurements)`,
      );
  context.say(`\nmeasured on ${measuredOn.hardware}, ${measuredOn.date}`);
  context.say(
    written
      ? `kept in ${file}; the tier's anchors, noise, calibration and measuredOn can import it`
      : `put these into the tier's anchors, noise, calibration and measuredOn; --write keeps them in ${file}`,
  );
}
