import { RebenchError } from "@rebench/task-kit";
import npa from "npm-package-arg";

/** What a person asked to install. */
export type PackSpec =
  | { readonly kind: "registry"; readonly name: string; readonly wanted: string }
  | { readonly kind: "tarball" | "folder"; readonly path: string };

const ourScope = "@rebench/pack-";
const literal = "npm:";

/** A name becomes a folder: no part of it starts with a dot, and none is where Node looks for dependencies. */
export const safeName = /^(@[a-z0-9][a-z0-9._-]*\/)?(?!node_modules$)[a-z0-9][a-z0-9._-]*$/;

/**
 * Reads `NAME[@RANGE]`, the path of a tarball or that of a folder. A name without a scope is one of our own packs, as it is in a task's
 * name; `npm:NAME` is the npm package of just that name. Errors with code `pack.bad-spec`.
 */
export function parsePackSpec(text: string, workingDirectory: string): PackSpec {
  const spec = read(text.startsWith(literal) ? text.slice(literal.length) : text, text, workingDirectory);
  switch (spec.type) {
    case "version":
    case "range":
    case "tag":
      // Of a name that npm does not take it gives none at all.
      if (!spec.name || !safeName.test(spec.name)) throw badSpec(text);
      return {
        kind: "registry",
        name: spec.name.startsWith("@") || text.startsWith(literal) ? spec.name : `${ourScope}${spec.name}`,
        wanted: spec.fetchSpec ?? "*",
      };
    case "file":
      return { kind: "tarball", path: spec.fetchSpec ?? text };
    case "directory":
      return { kind: "folder", path: spec.fetchSpec ?? text };
    default:
      throw badSpec(text);
  }
}

function read(spec: string, text: string, workingDirectory: string): npa.Result {
  try {
    return npa(spec, workingDirectory);
  } catch (cause) {
    throw badSpec(text, cause);
  }
}

const badSpec = (text: string, cause?: unknown): RebenchError =>
  new RebenchError({
    code: "pack.bad-spec",
    message: `${JSON.stringify(text)} names nothing that can be installed`,
    fix: "write NAME, NAME@RANGE, ./pack.tgz or ./folder, e.g. optimize-kernel@^1 or @acme/pack-x",
    ...(cause === undefined ? {} : { cause }),
  });
