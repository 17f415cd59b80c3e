import { mkdir, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ulid } from "ulid";

const dayMs = 24 * 60 * 60 * 1000;

/** A folder on the disk of the installed packs where one installation works; gone when it is disposed of. */
export interface Staging extends AsyncDisposable {
  readonly folder: string;
}

/** Opens one, and removes those of installations that died. */
export async function openStaging(packsFolder: string): Promise<Staging> {
  const root = path.join(packsFolder, ".staging");
  await mkdir(root, { recursive: true, mode: 0o700 });
  await removeDead(root);
  const folder = path.join(root, `${os.hostname()}.${process.pid}.${ulid()}`);
  await mkdir(folder, { mode: 0o700 });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function removeDead(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const folder = path.join(root, name);
    if (await isDead(folder, name)) await rm(folder, { recursive: true, force: true });
  }
}

/** A process of another machine cannot be asked; its folder is left alone for a day. */
async function isDead(folder: string, name: string): Promise<boolean> {
  const [, pid] = /\.(\d+)\.[0-9A-Z]{26}$/.exec(name) ?? [];
  if (pid !== undefined && name.startsWith(`${os.hostname()}.${pid}.`)) return !isAlive(Number(pid));
  const age = await stat(folder).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return age > dayMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
