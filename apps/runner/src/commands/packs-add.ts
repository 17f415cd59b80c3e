import type { CommandContext } from "../cli/command-context.ts";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";
import { openHomeToWrite } from "../host/data-folder.ts";
import { packPlaces } from "../host/pack-places.ts";
import { installPack } from "../packs/install/install-pack.ts";
import { describeTrust } from "../packs/install/describe-trust.ts";
import { shortPackName } from "../packs/task-name.ts";

/** `rebench packs add SPEC`: installs a pack, or says that it is here already. */
export async function packsAddCommand(
  spec: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const home = openHomeToWrite(options.home);
  const onProgress = (message: string): void => context.showProgress(oneLine(message, context.columns - 1));
  const { record, directory, added } = await installPack({ spec, places: packPlaces(home, context), onProgress });
  const { name, version, integrity, signature, provenance, dependencies } = record;
  context.showProgress("");
  if (context.json !== "none")
    context.print({ pack: { name, version, directory, integrity, signature, provenance, dependencies, added } });
  else {
    context.say(terminalSafe(`${added ? "installed" : "already here:"} ${name}@${version}`));
    context.say(`  ${integrity}`);
    for (const line of describeTrust(record)) context.say(terminalSafe(`  ${line}`));
    if (dependencies.length > 0) context.say(terminalSafe(`  depends on ${dependencies.join(", ")}`));
    context.say(`  rebench run ${shortPackName(name)}@${version} --agent reference`);
  }
  return 0;
}
