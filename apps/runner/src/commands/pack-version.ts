import type { GoldenScore, LockedPack, ReleaseRecord } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import { findAuthoredPack } from "../authoring/find-authored-pack.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";
import { parseLevel, parseSandbox } from "../host/choose-sandbox.ts";
import { openHome } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import { lockedPack } from "../lock/lock-here.ts";
import { openPack } from "../packs/open-pack.ts";
import { judgeVersion, type VersionJudgement } from "../versions/judge-version.ts";
import { readRelease, writeRelease } from "../versions/release-file.ts";
import { goldenDifferences, scoreGolden, type ScoreGoldenOptions } from "../versions/score-golden.ts";

export interface PackVersionOptions {
  readonly home?: string;
  readonly sandbox: string;
  readonly isolation?: string;
  readonly record?: boolean;
  readonly rescore?: boolean;
}

/** `rebench pack version PACK`: what the changes since the last release ask of the version, and whether it gives that. */
export async function packVersionCommand(
  name: string,
  options: PackVersionOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHome(options.home);
  const places = packPlaces(home, context);
  const { directory } = await findAuthoredPack(name, places);
  const pack = await openPack(directory, places.packsFolder);
  const here = await lockedPack(pack);
  const choice = { sandbox: parseSandbox(options.sandbox), isolation: parseLevel(options.isolation) };
  const interruption = listenForInterruption(() => undefined);
  const scoring = { pack, home, choice, context, signal: interruption.stop };
  try {
    const release = await readRelease(directory);
    if (release === null)
      return options.record === true ? await record(directory, here, scoring) : neverReleased(here, context);
    if (options.record === true && (await isNewVersion(directory, here, release)))
      return await record(directory, here, scoring);
    const golden: string[] = [];
    let current = release;
    if (options.rescore === true) {
      current = await acceptEquivalent(here, release, scoring, golden);
      if (current !== release) await writeRelease(directory, current);
    }
    const judgement = await judgeVersion(directory, here, current);
    context.showProgress("");
    if (context.json !== "none") context.print({ ...judgement, version: here.version, golden });
    else for (const line of describe(here, judgement, golden)) context.say(terminalSafe(line));
    return judgement.ok ? exitCodes.done : exitCodes.checkFailed;
  } finally {
    interruption.dispose();
  }
}

function neverReleased({ name, version }: LockedPack, context: CommandContext): number {
  if (context.json !== "none") context.print({ ok: true, released: null, version, required: null, findings: [] });
  else context.say(terminalSafe(`${name}@${version} was never released: there is nothing to compare it with`));
  return exitCodes.done;
}

/** A record follows an earlier one only with a version that the changes between them allow; else the earlier one stays. */
async function isNewVersion(directory: string, here: LockedPack, release: ReleaseRecord): Promise<boolean> {
  const { ok, released } = await judgeVersion(directory, here, release);
  return ok && here.version !== released;
}

/** Keeps what the version that is here is made of, and how it scores its golden submissions. */
async function record(directory: string, here: LockedPack, scoring: ScoreGoldenOptions): Promise<number> {
  const { context } = scoring;
  const golden: Record<string, Readonly<Record<string, GoldenScore>>> = {};
  for (const tier of runnable(here)) {
    const scored = await scoredHere(tier, scoring);
    if (typeof scored === "string")
      context.say(
        terminalSafe(`no golden scores of ${tier}: ${scored}; any change to it will ask for a major version`),
      );
    else golden[tier] = scored.scores;
  }
  context.showProgress("");
  await writeRelease(directory, { schema: 1, pack: here, golden, equivalent: {} });
  if (context.json !== "none") context.print({ ok: true, released: here.version, version: here.version, golden });
  else context.say(terminalSafe(`${here.name}@${here.version} is recorded as released`));
  return exitCodes.done;
}

const runnable = (pack: LockedPack): string[] =>
  Object.entries(pack.tiers).flatMap(([key, tier]) => (tier.instructions === null ? [] : [key]));

/** Tiers that score every golden submission as the released version did are held to be the same from now on. */
async function acceptEquivalent(
  here: LockedPack,
  release: ReleaseRecord,
  scoring: ScoreGoldenOptions,
  told: string[],
): Promise<ReleaseRecord> {
  const { findings } = await judgeVersion(scoring.pack.directory, here, release);
  const changed = new Set(findings.filter(({ part }) => part !== null).map(({ tier }) => tier));
  let { equivalent } = release;
  for (const tier of changed) {
    const released = release.golden[tier];
    const tierHere = here.tiers[tier];
    if (released === undefined || tierHere === undefined) {
      told.push(`${tier}: no golden scores were recorded with ${release.pack.version}`);
      continue;
    }
    const scored = await scoredHere(tier, scoring);
    const differences =
      typeof scored === "string" ? [scored] : goldenDifferences(scored.loaded, released, scored.scores);
    told.push(
      ...(differences.length === 0
        ? [`${tier}: ${Object.keys(released).length} golden submissions score as in ${release.pack.version}`]
        : differences.map((difference) => `${tier}: ${difference}`)),
    );
    if (differences.length === 0) equivalent = { ...equivalent, [tier]: tierHere };
  }
  return equivalent === release.equivalent ? release : { ...release, equivalent };
}

/** Or why this machine cannot tell. */
async function scoredHere(
  tier: string,
  scoring: ScoreGoldenOptions,
): Promise<Awaited<ReturnType<typeof scoreGolden>> | string> {
  try {
    return await scoreGolden(tier, scoring);
  } catch (error) {
    if (!RebenchError.is(error)) throw error;
    return error.message;
  }
}

function describe(here: LockedPack, judgement: VersionJudgement, golden: readonly string[]): string[] {
  const { ok, released, next, required, findings } = judgement;
  const since = `since ${here.name}@${released}`;
  if (required === null)
    return [
      ...golden,
      `nothing that can change a score changed ${since}${next === released ? "" : `; ${next} is fine`}`,
    ];
  const reasons = [...findings.map(({ message }) => `  ${message}`), ...golden.map((line) => `  ${line}`)];
  const asked = [`${since}:`, ...reasons];
  if (ok) return [...asked, `this asks for a ${required} version, and ${next} is one`];
  if (required === "minor")
    return [...asked, `this asks for a minor version, and ${next} is none: \`changeset\` adds one`];
  return [
    ...asked,
    `scores of ${next} would not be comparable with those of ${released}, though its number says they are.`,
    "Either raise the major version (a changeset that says `major`), so that nobody compares them;",
    "or show that scores are what they were: `rebench pack version PACK --rescore` scores the golden submissions again.",
    "(Golden submissions show that a scorer judges alike. They cannot show that people and agents read changed instructions alike.)",
  ];
}
