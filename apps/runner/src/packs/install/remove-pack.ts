import { rename, rmdir } from "node:fs/promises";
import path from "node:path";
import { openStaging } from "./staging.ts";

/** Removes an installed version at once: it is out of sight before its files go. */
export async function removePack(directory: string, packsFolder: string): Promise<void> {
  await using staging = await openStaging(packsFolder);
  await rename(directory, path.join(staging.folder, "removed"));
  // Only where this was the last version, and the last pack of its scope.
  for (let folder = path.dirname(directory); folder !== packsFolder; folder = path.dirname(folder)) {
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}
