import { commandOfLocation, type Location, type OpenLocation } from "../packs/location.ts";
import type { CheckContext } from "./check.ts";

/** What the solution in `folder`, a folder of `location`, hands in: the folder itself, or what its program makes. */
export async function openSubmission(
  { make }: Pick<CheckContext, "make">,
  location: Location,
  folder: string,
): Promise<OpenLocation> {
  const command = commandOfLocation(location);
  if (command !== undefined) return make({ folder, command });
  return { folder, [Symbol.asyncDispose]: () => Promise.resolve() };
}
