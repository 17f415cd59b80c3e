import type { HomeLayout } from "@rebench/core/home";
import type { CommandContext } from "../cli/command-context.ts";
import type { PackPlaces } from "../packs/find-packs.ts";

/** Where a command looks for packs. */
export function packPlaces(home: HomeLayout, context: CommandContext): PackPlaces {
  return { workingDirectory: context.workingDirectory, packsFolder: home.packs };
}
