import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import type { PlannedFile } from "./plan-pack.ts";

/** Errors with code `pack.folder-exists`. */
export function refuseExisting(folder: string): void {
  if (!existsSync(folder)) return;
  throw new RebenchError({
    code: "pack.folder-exists",
    message: `${folder} is there already`,
    fix: "choose another name, or another folder with --dir; nothing was written",
  });
}

/** Writes a pack's files as a new folder, all of them or none: it appears under its name when it is whole. */
export async function writePack(folder: string, files: readonly PlannedFile[]): Promise<void> {
  refuseExisting(folder);
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(path.join(parent, `.${path.basename(folder)}-`));
  try {
    for (const { path: relative, content } of files) {
      const file = path.join(draft, relative);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    // mkdtemp makes a folder for its owner alone.
    await chmod(draft, 0o755);
    refuseExisting(folder);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
