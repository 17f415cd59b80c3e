import { constants, copyFileSync, existsSync, chmodSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BaseFolder } from "./base-folder.ts";

/** A Node that other users can run: ours where they reach it, else a copy that all sandboxes share. */
export function nodeForOthers(base: BaseFolder, own = process.execPath): string {
  if (isReachable(own)) return own;
  const { size, mtimeMs } = statSync(own);
  const copy = join(base.cache, `node-${process.version}-${size}-${Math.floor(mtimeMs)}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    copyFileSync(own, partial, constants.COPYFILE_FICLONE);
    chmodSync(partial, 0o755);
    renameSync(partial, copy);
  }
  return copy;
}

function isReachable(path: string): boolean {
  if ((statSync(path).mode & 0o005) !== 0o005) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
