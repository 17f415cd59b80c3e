import { accessSync, constants } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import { RebenchError, type ToolRequirement } from "@rebench/task-kit";

/** The PATH that commands in a local sandbox have, without our own commands. */
const sandboxPath = ["/usr/local/bin", "/usr/bin", "/bin"];

/** Where a program is, as a local sandbox would find it; null when it is not there. */
export function findTool(command: string): string | null {
  for (const folder of sandboxPath) {
    const file = path.join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}

/** How to install a tool on this machine, as one command. */
function installHint(tool: ToolRequirement): string {
  return os.platform() === "darwin" ? tool.install.macos : `apt-get install ${tool.install.debian}`;
}

/** Errors with code `host.tool-missing` when the local sandbox lacks a program that the task needs. */
export function requireTools(loaded: LoadedTask): void {
  const missing = loaded.tier.tools.find((tool) => findTool(tool.command) === null);
  if (missing === undefined) return;
  throw new RebenchError({
    code: "host.tool-missing",
    message: `${loaded.reference.name} needs ${missing.command} (${missing.why}), and it is not in ${sandboxPath.join(", ")}`,
    fix: `install it: ${installHint(missing)}`,
  });
}
