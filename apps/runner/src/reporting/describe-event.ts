import { isClamped, type AttemptState, type Calibration, type StampedEvent } from "@rebench/core";
import { oneLine, terminalSafe } from "../cli/terminal-safe.ts";

const longest = 160;

/** One event as a line for a person; null for events that are only of use to programs. */
export function describeEvent(event: StampedEvent): string | null {
  const text = textOf(event);
  return text === null ? null : oneLine(text);
}

function textOf(event: StampedEvent): string | null {
  switch (event.type) {
    case "journal.opened":
      return `attempt of ${event.spec.task.name} ${event.spec.task.tier} by ${event.spec.agent.name}`;
    case "machine.calibrated":
      return describeCalibration({ ...event, status: "measured" });
    case "calibration.failed":
      return describeCalibration({ ...event, status: "failed" });
    case "sandbox.started":
      return `sandbox ready, isolation ${event.isolation}${event.guarantees.network ? "" : " (network is NOT cut off)"}`;
    case "sandbox.progressed":
      return oneLine(event.message, longest);
    case "agent.started":
      return "agent starts; working time runs";
    case "agent.ended":
      return `agent ended: ${event.reason}`;
    case "pause.started":
      return `paused: ${event.reason}`;
    case "pause.ended":
      return "goes on";
    case "scoring.started":
      return {
        start: "scoring the starting solution",
        attempt: "scoring, the agent is frozen",
        final: "last score",
        confirm: "confirming on fresh data",
      }[event.purpose];
    case "scoring.queued":
      return "waiting: another scoring of a time is going on";
    case "score.recorded":
    case "score.confirmed":
      return describeScore(event);
    case "service.called":
      return `service ${event.service} called: ${event.status}`;
    case "note.added":
      return `note: ${oneLine(event.text, longest)}`;
    case "limit.reached":
      return `limit reached: ${event.limit}`;
    case "runner.attached":
      return `a runner took over after ${(event.unattendedMs / 1000).toFixed(1)} s`;
    case "review.added":
      return `review by ${oneLine(event.by, 40)}: ${event.verdict}, ${oneLine(event.reason, longest)}`;
    case "attempt.finished":
      return `finished: ${describeOutcome(event.outcome)}`;
    default:
      return null;
  }
}

function describeScore(event: Extract<StampedEvent, { type: "score.recorded" | "score.confirmed" }>): string {
  const { entry } = event;
  const what = event.type === "score.confirmed" ? "confirmed" : `score ${entry.seq}`;
  if (entry.status !== "valid") return `${what}: ${entry.status}: ${oneLine(entry.reason, longest)}`;
  return `${what}: ${entry.normalized.toFixed(3)} (raw ${entry.raw.toFixed(4)})`;
}

export function describeOutcome(outcome: NonNullable<AttemptState["outcome"]>): string {
  switch (outcome.kind) {
    case "completed":
      return "completed";
    case "limit":
      return `at its ${outcome.limit} limit`;
    case "failed":
      return `failed (${outcome.blame}, ${outcome.code}): ${terminalSafe(outcome.message)}`;
    case "cancelled":
      return "cancelled";
    case "unknown":
      return "unknown";
  }
}

/** What a calibration made of a tier's budget, or that nothing did. */
export function describeCalibration(calibration: Calibration): string {
  if (calibration.status === "failed") {
    const { blame, code, message } = calibration;
    return `WARNING: the budget is not calibrated for this machine (${blame}, ${code}): ${oneLine(message, longest)}`;
  }
  const { rate, referenceRate, unit, factor } = calibration;
  const bounds = isClamped(calibration) ? "; WARNING: at the tier's bounds, so the compute is not the same" : "";
  return `${significant(rate)} ${unit} here, ${significant(referenceRate)} where the tier was measured: times × ${significant(factor)}${bounds}`;
}

const significant = (value: number): string => String(Number(value.toPrecision(4)));
