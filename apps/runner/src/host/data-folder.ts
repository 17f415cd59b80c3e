import { accessSync, constants, mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { homeLayout, type HomeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";

/** Where data lives: `--home`, else `REBENCH_HOME`, else the XDG data folder. */
function dataFolder(option: string | undefined): string {
  const chosen = option ?? process.env["REBENCH_HOME"];
  if (chosen !== undefined && chosen !== "") return path.resolve(chosen);
  const data = process.env["XDG_DATA_HOME"] ?? path.join(os.homedir(), ".local", "share");
  return path.join(data, "rebench");
}

/** Opens the home for reading. Errors with code `home.unreadable`. */
export function openHome(option: string | undefined): HomeLayout {
  return attempt(dataFolder(option), (root) => {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    accessSync(root, constants.R_OK | constants.X_OK);
  });
}

/** Opens the home for writing. Errors with code `home.unreadable`. */
export function openHomeToWrite(option: string | undefined): HomeLayout {
  return attempt(dataFolder(option), (root) => {
    const home = homeLayout(root);
    for (const folder of [home.runs, home.packs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(home.runs, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

function attempt(root: string, check: (root: string) => void): HomeLayout {
  try {
    check(root);
    return homeLayout(root);
  } catch (cause) {
    throw new RebenchError({
      code: "home.unreadable",
      message: `the data folder ${root} cannot be used: ${(cause as Error).message}`,
      fix: "choose another with --home DIR or REBENCH_HOME, or mend its permissions or disk space",
      cause,
    });
  }
}
