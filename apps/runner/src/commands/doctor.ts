import type { LevelProbe } from "@rebench/core";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { isUsable, probeContainers } from "../host/choose-sandbox.ts";
import { openHome } from "../host/data-folder.ts";
import { checkMachine, type MachineCheck } from "../host/machine-checks.ts";
import { protectedPaths } from "../host/protected-paths.ts";
import { sandboxProvider } from "../host/providers.ts";
import { textTable } from "../reporting/table.ts";

/** `rebench doctor`: is this machine ready, and where it is not, the fix. */
export async function doctorCommand(options: { readonly home?: string }, context: CommandContext): Promise<number> {
  const home = openHome(options.home);
  const local = await sandboxProvider(null);
  const levels = [await probeContainers(), ...(await local.probe({ protectedPaths: protectedPaths(home.root, []) }))];
  const best = levels.find(isUsable);
  const checks = [...(await checkMachine(home)), ...levels.map((level) => levelCheck(level, best))];
  const ok = best !== undefined && checks.every((check) => check.status !== "missing");
  if (context.json !== "none") context.print({ ok, isolation: best?.level ?? null, checks });
  else {
    const mark = { ok: "ok", warn: "–", missing: "MISSING" };
    const rows = checks.map((check) => [mark[check.status], check.name, check.found, check.fix ?? ""]);
    for (const line of textTable(["", "check", "found", "fix"], rows)) context.say(line);
    context.say("");
    context.say(ok ? `ready: sandboxes here have isolation level ${best.level}` : "not ready: see MISSING above");
  }
  return ok ? exitCodes.done : exitCodes.noSandbox;
}

/** A level that cannot be used only matters when no better one can. */
function levelCheck(level: LevelProbe, best: LevelProbe | undefined): MachineCheck {
  const held = Object.entries(level.guarantees)
    .filter(([, holds]) => holds)
    .map(([what]) => what);
  const keeps = held.length === 0 ? "no guarantees" : `keeps apart ${held.join(", ")}`;
  const id = `isolation.${level.level}`;
  const name = `isolation ${level.level}`;
  if (isUsable(level)) return { id, name, status: "ok", found: level === best ? `${keeps} (in force)` : keeps };
  const found = level.reason ?? "its agent could read the packs and the data folder";
  return { id, name, status: "warn", found, ...(level.fix === undefined ? {} : { fix: level.fix }) };
}
