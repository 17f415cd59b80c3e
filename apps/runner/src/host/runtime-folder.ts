import { lstatSync, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";

/**
 * A folder of this user alone for what lives as long as the machine runs, shared by all homes: the timing lease.
 * Errors with code `host.runtime-folder` when somebody else made it first.
 */
function runtimeFolder(): string {
  const user = os.userInfo().uid;
  const folder = path.join(os.tmpdir(), `rebench-runtime-${user}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0) return folder;
  throw new RebenchError({
    code: "host.runtime-folder",
    message: `${folder} is not a private folder of this user`,
    fix: "remove it, or set TMPDIR to a folder of your own",
  });
}

/** One scoring of a time at once on this machine, whichever runner and home it belongs to. */
export const timingLeaseFile = (): string => path.join(runtimeFolder(), "timing.lease");
