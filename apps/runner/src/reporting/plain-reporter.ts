import type { RunEvent, StampedEvent } from "@rebench/core";
import type { CommandContext, Style } from "../cli/command-context.ts";
import { oneLine } from "../cli/terminal-safe.ts";
import { bar } from "./bar.ts";
import { describeEvent } from "./describe-event.ts";

const barWidth = 20;

export interface PlainReporterOptions {
  /** Names of the attempts by their index. */
  readonly labels: readonly string[];
  /** Leave out all but scores and what went wrong. */
  readonly brief: boolean;
}

/** Shows a run as lines of text, one for each thing worth knowing. */
export function plainReporter(
  context: CommandContext,
  { labels, brief }: PlainReporterOptions,
): (event: RunEvent) => void {
  const { style } = context;
  const width = Math.max(...labels.map(({ length }) => length));
  return (runEvent) => {
    if (runEvent.type !== "attempt.event") return;
    const { event, attemptId } = runEvent;
    const label = (labels[Number(attemptId.split(".").at(-1))] ?? "").padEnd(width);
    const seconds = `${(event.elapsedMs / 1000).toFixed(1).padStart(6)} s`;
    if (event.type === "scoring.progressed") {
      const done = event.fraction === undefined ? "" : `${bar(event.fraction, barWidth)} `;
      return context.showProgress(oneLine(`${label} ${seconds}  ${done}${event.message}`, context.columns - 1));
    }
    const text = brief && !matters(event) ? null : describeEvent(event);
    if (text !== null) context.say(`${style.bold(label)} ${style.dim(seconds)}  ${emphasis(event, style)(text)}`);
  };
}

function matters(event: StampedEvent): boolean {
  if (event.type === "attempt.finished") return event.outcome.kind !== "completed";
  return (
    event.type === "score.recorded" ||
    event.type === "score.confirmed" ||
    event.type === "limit.reached" ||
    event.type === "calibration.failed"
  );
}

function emphasis(event: StampedEvent, style: Style): (text: string) => string {
  switch (event.type) {
    case "score.recorded":
    case "score.confirmed":
      return event.entry.status === "valid" ? style.good : style.bad;
    case "calibration.failed":
      return style.bad;
    case "attempt.finished":
      return event.outcome.kind === "failed" ? style.bad : style.dim;
    default:
      return (text) => text;
  }
}
