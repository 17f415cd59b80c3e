import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type BuiltProgram =
  | { readonly kind: "built"; readonly path: string }
  /** This machine has no compiler or lacks a library. */
  | { readonly kind: "missing"; readonly reason: string };

export interface BuildOptions {
  /** Where the program is put. */
  readonly folder: string;
  /** Its places, which outside a container are elsewhere. */
  readonly places?: Readonly<Record<string, readonly string[]>>;
  /** Ends at the first access out of bounds, leak or undefined result. */
  readonly sanitized?: boolean;
}

const sources = fileURLToPath(new URL("../../inside/", import.meta.url));
const flags = ["-std=c11", "-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"];

/** Compiles the program as the image's builder does. Throws on what is an error in it. */
export function buildProgram({ folder, places = {}, sanitized = false }: BuildOptions): BuiltProgram {
  const link = sanitized ? ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"] : ["-static"];
  const probe = spawnSync("gcc", [...link, "-xc", "-", "-o", "/dev/null", "-ljansson"], {
    input: "#include <jansson.h>\nint main(void) { return json_object() == 0; }\n",
    encoding: "utf8",
  });
  if (probe.error !== undefined) return { kind: "missing", reason: "no gcc on this machine" };
  if (probe.status !== 0) return { kind: "missing", reason: "gcc finds no libjansson (or no sanitizer) here" };
  const path = join(folder, sanitized ? "rebench-inside-sanitized" : "rebench-inside");
  const defines = Object.entries(places).map(([name, paths]) => `-D${name}=${paths.map(quoted).join(",")}`);
  const files = readdirSync(sources).filter((name) => name.endsWith(".c"));
  const made = spawnSync("gcc", [...flags, ...link, ...defines, "-o", path, ...files, "-ljansson"], {
    cwd: sources,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(made.stderr);
  return { kind: "built", path };
}

function quoted(path: string): string {
  return JSON.stringify(path);
}
