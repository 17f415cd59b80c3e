import { setTimeout as sleep } from "node:timers/promises";
import { parseLine } from "@rebench/core";
import { attemptIndex, journalLines, readRunFile, type HomeLayout } from "@rebench/core/home";
import { isAlive } from "@rebench/supervisor";
import type { CommandContext } from "../cli/command-context.ts";
import { exitCodes } from "../cli/exit-codes.ts";
import { openHome } from "../host/data-folder.ts";
import { listenForInterruption } from "../host/interruption.ts";
import { describeEvent } from "../reporting/describe-event.ts";

const pollMs = 200;

/** `rebench watch RUN`: what has happened, then what happens, until the run is over. Reads only what is new; JSON comes in lines. */
export async function watchCommand(
  runId: string,
  options: { readonly home?: string },
  context: CommandContext,
): Promise<number> {
  const home = openHome(options.home);
  const interruption = listenForInterruption(() => undefined);
  const offsets = new Map<number, number>();
  try {
    for (;;) {
      // Asked for before the journals are read, so that the last lines of a run that just ended are not missed.
      const run = await readRunFile(home.run(runId).file);
      const over = run.outcome !== "running" || !isAlive(run.runner);
      for (const index of run.attempts.map(({ attemptId }) => attemptIndex(attemptId)))
        offsets.set(index, await follow(home, runId, index, offsets.get(index) ?? 0, context));
      if (over) {
        if (context.json === "none")
          context.say(run.outcome === "running" ? "its runner is gone" : `run ${runId}: ${run.outcome}`);
        return 0;
      }
      if (interruption.stop.aborted) return exitCodes.interrupted;
      await sleep(pollMs);
    }
  } finally {
    interruption.dispose();
  }
}

/** Shows the lines after `offset`; returns where the next ones will begin. */
async function follow(
  home: HomeLayout,
  runId: string,
  index: number,
  offset: number,
  context: CommandContext,
): Promise<number> {
  let next = offset;
  try {
    for await (const line of journalLines(home.run(runId).attempt(index).journal, offset)) {
      if (!line.complete) break;
      next = line.end;
      const parsed = parseLine(new TextDecoder().decode(line.bytes));
      if (parsed.kind !== "event") continue;
      if (context.json !== "none")
        context.printLine({ type: "attempt.event", attemptId: `${runId}.${index}`, event: parsed.event });
      const text = describeEvent(parsed.event);
      if (context.json === "none" && text !== null)
        context.say(`${index}  ${(parsed.event.elapsedMs / 1000).toFixed(1).padStart(7)} s  ${text}`);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return next;
}
