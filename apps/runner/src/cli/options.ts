import { Option, type Command } from "commander";

/** Options that several commands share. */
export const jsonOption = (): Option =>
  new Option("--json [mode]", "JSON on standard output; `lines` streams events").choices(["object", "lines"]);

export const sandboxOption = (): Option =>
  new Option("--sandbox <kind>", "auto (containers where an engine answers), docker or local")
    .default("auto")
    .env("REBENCH_SANDBOX");

export function withHome(command: Command): Command {
  return command.option("--home <dir>", "data folder (REBENCH_HOME; default: the XDG data folder)");
}
