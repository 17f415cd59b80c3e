import { mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ulid } from "ulid";

/**
 * Makes `@rebench/task-kit` resolve to the host's own copy for every pack below `<home>/packs`: a link in its `node_modules`, where
 * Node looks last. The link follows the host that used the home last; the contract between versions is the pack's host range.
 */
export async function linkTaskKit(packsFolder: string): Promise<void> {
  const kit = path.dirname(fileURLToPath(import.meta.resolve("@rebench/task-kit/package.json")));
  const link = path.join(packsFolder, "node_modules", "@rebench", "task-kit");
  if ((await readlink(link).catch(() => null)) === kit) return;
  await mkdir(path.dirname(link), { recursive: true, mode: 0o700 });
  const fresh = `${link}.${ulid()}`;
  await symlink(kit, fresh, "junction");
  // A rename replaces a link that another runner made meanwhile, but not a folder.
  await rename(fresh, link).catch(async () => {
    await rm(link, { recursive: true, force: true });
    await rename(fresh, link);
  });
}
