import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { runLayout, type HomeLayout, type RunLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";
import { lockFileName } from "../lock/read-lock.ts";
import { subfolders } from "../packs/subfolders.ts";

/** What a person asked to verify. */
export type VerifyTarget =
  | { readonly kind: "runs"; readonly layouts: readonly RunLayout[]; readonly ours: boolean }
  | { readonly kind: "lock"; readonly file: string };

/**
 * A run of this home by its id; else a run's folder, a folder of runs (a home too), or a lock file. Errors with code
 * `run.not-found` or `usage.nothing-to-verify`.
 */
export async function verifyTarget(
  name: string | undefined,
  home: HomeLayout,
  workingDirectory: string,
): Promise<VerifyTarget> {
  if (name === undefined) return lockBeside(workingDirectory);
  if (/^[0-9A-Za-z]+$/.test(name) && existsSync(home.run(name).directory))
    return { kind: "runs", layouts: [home.run(name)], ours: true };
  const found = path.resolve(workingDirectory, name);
  if (!existsSync(found)) throw noRun(name);
  if (!statSync(found).isDirectory())
    return path.basename(found) === "run.json"
      ? { kind: "runs", layouts: [runLayout(path.dirname(found))], ours: false }
      : { kind: "lock", file: found };
  const folders = [found, ...(await subfolders(found)), ...(await subfolders(path.join(found, "runs")))];
  const layouts = folders.map(runLayout).filter(({ file }) => existsSync(file));
  if (layouts.length === 0) throw noRun(name);
  return { kind: "runs", layouts, ours: false };
}

function lockBeside(workingDirectory: string): VerifyTarget {
  const file = path.join(workingDirectory, lockFileName);
  if (existsSync(file)) return { kind: "lock", file };
  throw new RebenchError({
    code: "usage.nothing-to-verify",
    message: `there is no ${lockFileName} here`,
    fix: "name a run, a folder of results, or a lock file",
  });
}

const noRun = (name: string): RebenchError =>
  new RebenchError({
    code: "run.not-found",
    message: `${name} is no run of this home, and no folder or file with one`,
    fix: "`rebench runs` lists the runs of this home; a run's folder holds run.json",
  });
