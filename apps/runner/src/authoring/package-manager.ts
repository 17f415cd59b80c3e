import { execFile } from "node:child_process";
import { RebenchError } from "@rebench/task-kit";

export type PackageManager = "npm" | "pnpm";

/** pnpm where the manifest speaks of the workspace, which only pnpm turns into versions; npm elsewhere. */
export function managerOf(manifest: Readonly<Record<string, unknown>>): PackageManager {
  const ranges = ["dependencies", "peerDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.values((manifest[kind] ?? {}) as Record<string, unknown>),
  );
  return ranges.some((range) => /^(?:workspace|catalog):/.test(String(range))) ? "pnpm" : "npm";
}

export interface ManagerCommand {
  readonly manager: PackageManager;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Runs npm or pnpm and returns what it printed. Errors with code `host.tool-missing`, or `pack.publish-failed` with its own words. */
export function runManager({ manager, arguments: arguments_, folder, signal }: ManagerCommand): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(manager, arguments_, { cwd: folder, signal, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal.aborted) return reject(error);
      if (error.code === "ENOENT")
        return reject(
          new RebenchError({
            code: "host.tool-missing",
            message: `there is no ${manager} on the PATH`,
            fix: manager === "npm" ? "install Node with npm" : "npm install --global pnpm",
            cause: error,
          }),
        );
      reject(
        new RebenchError({
          code: "pack.publish-failed",
          message: `${manager} ${arguments_[0] ?? ""} ended with ${error.code ?? error.signal}:\n${lastWords(stderr || stdout)}`,
          fix: "nothing was published; mend what it says, then publish again",
          cause: error,
        }),
      );
    });
  });
}

/** Without npm's pointer to its log. */
function lastWords(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.includes("A complete log of this run"));
  return lines.slice(-12).join("\n");
}
