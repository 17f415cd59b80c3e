import { RebenchError } from "@rebench/task-kit";
import validatePackageName from "validate-npm-package-name";

/** What a task's name on the command line can hold; narrower than npm's own rules. */
const shape = /^(?:@(?<scope>[a-z0-9][a-z0-9._-]*)\/)?(?<base>[a-z0-9][a-z0-9._-]*)$/;

export interface PackName {
  /** npm name, scope included. */
  readonly name: string;
  /** The name without its scope: the folder that the pack is made in. */
  readonly folder: string;
}

/** Errors with code `usage.pack-name`. */
export function parsePackName(text: string): PackName {
  const base = shape.exec(text)?.groups?.["base"];
  const { validForNewPackages, errors = [], warnings = [] } = validatePackageName(text);
  if (base !== undefined && validForNewPackages) return { name: text, folder: base };
  const reasons = [...errors, ...warnings].join("; ") || "it must be lower-case letters, digits, `.`, `_` and `-`";
  throw new RebenchError({
    code: "usage.pack-name",
    message: `${JSON.stringify(text)} cannot be a pack's name: ${reasons}`,
    fix: "name it as npm would, with or without a scope: @acme/pack-toy",
  });
}
