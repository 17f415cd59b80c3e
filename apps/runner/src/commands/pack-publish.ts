import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { homeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { findAuthoredPack } from "../authoring/find-authored-pack.ts";
import { packTarball, type Tarball } from "../authoring/pack-tarball.ts";
import { runManager } from "../authoring/package-manager.ts";
import { offersProvenance } from "../authoring/provenance.ts";
import { readPublishable, type Publishable } from "../authoring/publishable.ts";
import { publishedIntegrity } from "../packs/install/published-integrity.ts";
import { versionCheck } from "../authoring/version-check.ts";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { checkPack, type CheckReport } from "../conformance/check-pack.ts";
import { conformanceChecks } from "../conformance/checks.ts";
import { tellResult, tellSummary } from "../conformance/report.ts";
import { parseSandbox } from "../host/choose-sandbox.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { packPlaces } from "../host/pack-places.ts";
import { installPack } from "../packs/install/install-pack.ts";
import { openPack } from "../packs/open-pack.ts";
import { packVersionCommand } from "./pack-version.ts";

export interface PackPublishOptions {
  readonly home?: string;
  readonly sandbox: string;
  readonly registry?: string;
  readonly tag?: string;
  readonly dryRun?: boolean;
}

const repeat = 5;

/**
 * `rebench pack publish [PACK]`: packs it, installs that tarball as anybody would, checks what was installed, and publishes these very
 * bytes. A version that the registry has with the same bytes is done already.
 */
export async function packPublishCommand(
  name: string,
  options: PackPublishOptions,
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const { directory } = await findAuthoredPack(name, packPlaces(home, context));
  const pack = await readPublishable(directory);
  const registry = options.registry ?? null;
  const interruption = listenForInterruption(() => undefined);
  const signal = interruption.stop;
  const scratch = await mkdtemp(path.join(os.tmpdir(), "rebench-publish-"));
  try {
    const published = await publishedIntegrity({ ...pack, folder: directory, registry });
    const into = path.join(scratch, "tarball");
    await mkdir(into);
    const tarball = await packTarball({ directory, manager: pack.manager, into, signal });
    if (published !== null) return alreadyThere({ pack, tarball, published, context });
    const version = await versionCheck(await openPack(directory, home.packs));
    for (const result of version) tellResult(result, context);
    const tarballs = await checkTarball({ tarball, scratch, sandbox: options.sandbox, context, signal });
    const report: CheckReport = { ...tarballs, checks: [...version, ...tarballs.checks] };
    const ok = report.checks.every((check) => check.ok);
    if (ok) await publish({ pack, tarball, directory, options, signal });
    const done = ok && options.dryRun !== true;
    if (done) await rememberRelease(directory, options, context);
    if (context.json !== "none") context.print({ ...facts(pack, tarball), published: done, ok, ...report });
    else {
      tellSummary(report, name, context);
      context.say(ending({ pack, ok, dryRun: options.dryRun ?? false }));
    }
    return ok ? exitCodes.done : exitCodes.checkFailed;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
    interruption.dispose();
  }
}

const facts = ({ name, version }: Publishable, { integrity, bytes }: Tarball) => ({
  pack: `${name}@${version}`,
  integrity,
  bytes,
});

function ending({ pack, ok, dryRun }: { pack: Publishable; ok: boolean; dryRun: boolean }): string {
  const named = `${pack.name}@${pack.version}`;
  if (!ok) return `${named} was not published`;
  return dryRun ? `${named} could be published; nothing was sent` : `published ${named}`;
}

/** What the next version is compared with, kept in the pack's folder for its repository. */
async function rememberRelease(directory: string, options: PackPublishOptions, context: CommandContext): Promise<void> {
  const { sandbox, home } = options;
  const quiet: CommandContext = { ...context, json: "none", say: () => undefined };
  await packVersionCommand(directory, { record: true, sandbox, ...(home === undefined ? {} : { home }) }, quiet);
}

interface AlreadyThere {
  readonly pack: Publishable;
  readonly tarball: Tarball;
  readonly published: string;
  readonly context: CommandContext;
}

function alreadyThere({ pack, tarball, published, context }: AlreadyThere): number {
  const named = `${pack.name}@${pack.version}`;
  if (published !== tarball.integrity)
    throw new RebenchError({
      code: "pack.version-taken",
      message: `the registry has ${named} with other bytes, and a published version never changes`,
      fix: "write a changeset that says what changed, then `npx changeset version`",
    });
  if (context.json !== "none")
    context.print({ ...facts(pack, tarball), published: true, ok: true, checks: [], skipped: [] });
  else context.say(`${named} is published already, with these bytes`);
  return exitCodes.done;
}

interface CheckTarball {
  readonly tarball: Tarball;
  readonly scratch: string;
  readonly sandbox: string;
  readonly context: CommandContext;
  readonly signal: AbortSignal;
}

/** The conformance list on what others will install, in a home of its own: a file that `files` leaves out is missed here. */
async function checkTarball({ tarball, scratch, sandbox, context, signal }: CheckTarball): Promise<CheckReport> {
  const home = homeLayout(path.join(scratch, "home"));
  await mkdir(home.root, { mode: 0o700 });
  const { directory } = await installPack({ spec: tarball.file, places: packPlaces(home, context) });
  return checkPack({
    pack: await openPack(directory, home.packs),
    home,
    choice: { sandbox: parseSandbox(sandbox), isolation: null },
    checks: conformanceChecks,
    repeat,
    context,
    onResult: (result) => tellResult(result, context),
    signal,
  });
}

interface Publish {
  readonly pack: Publishable;
  readonly tarball: Tarball;
  readonly directory: string;
  readonly options: PackPublishOptions;
  readonly signal: AbortSignal;
}

async function publish({ pack, tarball, directory, options, signal }: Publish): Promise<void> {
  const arguments_ = [
    "publish",
    tarball.file,
    ...(options.registry === undefined ? [] : ["--registry", options.registry]),
    ...(options.tag === undefined ? [] : ["--tag", options.tag]),
    ...(options.dryRun === true ? ["--dry-run"] : []),
    ...(offersProvenance(process.env) ? ["--provenance"] : []),
    ...(pack.manager === "pnpm" ? ["--no-git-checks"] : []),
  ];
  // In the pack's folder, where its .npmrc is.
  await runManager({ manager: pack.manager, arguments: arguments_, folder: directory, signal });
}
