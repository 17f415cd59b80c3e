import type { RunEvent, RunPlan } from "@rebench/core";
import type { CommandContext } from "../cli/command-context.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { bar } from "./bar.ts";
import { describeEvent } from "./describe-event.ts";

/** Shows a run as lines of text, one for each thing worth knowing. */
export function plainReporter(context: CommandContext, plan: RunPlan): (event: RunEvent) => void {
  const several = plan.attempts.length > 1;
  return (runEvent) => {
    if (runEvent.type !== "attempt.event") return;
    const { event, attemptId } = runEvent;
    const seconds = (event.elapsedMs / 1000).toFixed(1).padStart(7);
    const label = several ? `${attemptId.split(".").at(-1) ?? ""}  ` : "";
    if (event.type === "scoring.progressed") {
      const done = event.fraction === undefined ? "" : `${bar(event.fraction, 20)} `;
      return context.showProgress(oneLine(`${label}${seconds} s  ${done}${event.message}`, context.columns - 1));
    }
    const text = describeEvent(event);
    if (text !== null) context.say(`${label}${seconds} s  ${text}`);
  };
}
