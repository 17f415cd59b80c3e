import { readFile } from "node:fs/promises";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import semver from "semver";
import { managerOf, type PackageManager } from "./package-manager.ts";

export interface Publishable {
  readonly name: string;
  readonly version: string;
  readonly manager: PackageManager;
}

/** Reads a pack's manifest. Errors with code `pack.private`, `pack.not-versioned`: what can be refused before anything is packed. */
export async function readPublishable(directory: string): Promise<Publishable> {
  const manifest = JSON.parse(await readFile(path.join(directory, "package.json"), "utf8")) as Record<string, unknown>;
  const [name, version] = [String(manifest["name"]), String(manifest["version"])];
  if (manifest["private"] === true) {
    const fix = 'take "private" out of its package.json when it is ready';
    throw new RebenchError({ code: "pack.private", message: `${name} is marked as private`, fix });
  }
  if (semver.valid(version) === null || version === "0.0.0") {
    const fix = "write a changeset (`npx changeset`), then let `npx changeset version` choose the version";
    throw new RebenchError({
      code: "pack.not-versioned",
      message: `${name} has version ${version}, which is none`,
      fix,
    });
  }
  return { name, version, manager: managerOf(manifest) };
}
