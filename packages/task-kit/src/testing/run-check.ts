import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { RebenchError } from "../errors.ts";

/** One point of the conformance list, as `rebench pack check --json` reports it. */
export interface ConformanceResult {
  /** `task.tier.point`, e.g. `main.mini.anchors.start`. */
  readonly id: string;
  readonly ok: boolean;
  /** What was found, and where it fell short. */
  readonly message: string;
  /** What to do when it is not ok. */
  readonly fix: string;
}

export interface ConformanceReport {
  readonly ok: boolean;
  readonly checks: readonly ConformanceResult[];
  /** Tiers that this machine cannot run, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

export interface ConformanceOptions {
  /** Absolute path of the pack's folder. */
  readonly pack: string;
  /** Only these points, e.g. `["anchors", "cheats"]`; all of them where omitted. */
  readonly only?: readonly string[];
  /**
   * The host's program and its first arguments. Default: `rebench`, from the `node_modules/.bin` of the pack or a folder above it, else
   * from the PATH.
   */
  readonly rebench?: readonly [string, ...string[]];
}

/**
 * Runs `rebench pack check` on a pack and reads its report. The host does the work, in a process of its own, so that a pack depends on
 * no more of rebench than this kit. Throws a {@link RebenchError} with code `check.no-host` where there is no `rebench`, and
 * `check.no-report` with the host's words where it could not even begin, e.g. because the pack does not load.
 */
export async function runConformance({
  pack,
  only = [],
  rebench = ["rebench"],
}: ConformanceOptions): Promise<ConformanceReport> {
  const [program, ...first] = rebench;
  const chosen = only.length === 0 ? [] : ["--only", ...only];
  const PATH = [...binariesAbove(pack), process.env["PATH"] ?? ""].join(path.delimiter);
  const { error, stdout, stderr } = await run(program, [...first, "pack", "check", pack, "--json", ...chosen], PATH);
  if (error?.code === "ENOENT") {
    throw new RebenchError({
      code: "check.no-host",
      message: `there is no ${program} to check the pack with`,
      fix: "npm install --save-dev @rebench/runner",
    });
  }
  const report = parse(stdout);
  if (report !== null) return report;
  const message = `the pack could not be checked:\n${stderr.trim() || stdout.trim() || (error?.message ?? "")}`;
  throw new RebenchError({ code: "check.no-report", message, fix: "run `rebench pack check .` in the pack's folder" });
}

function binariesAbove(folder: string): string[] {
  const above = path.dirname(folder);
  const here = path.join(folder, "node_modules", ".bin");
  return [...(existsSync(here) ? [here] : []), ...(above === folder ? [] : binariesAbove(above))];
}

interface Ended {
  readonly error: (Error & { code?: unknown }) | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A check that fails exits with 6 and a report; that is an answer, not an error. */
function run(program: string, arguments_: readonly string[], PATH: string): Promise<Ended> {
  return new Promise((resolve) =>
    execFile(program, arguments_, { env: { ...process.env, PATH }, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    ),
  );
}

function parse(text: string): ConformanceReport | null {
  try {
    const value = JSON.parse(text) as Partial<ConformanceReport>;
    if (!Array.isArray(value.checks)) return null;
    return { ok: value.ok === true, checks: value.checks, skipped: value.skipped ?? [] };
  } catch {
    return null;
  }
}
