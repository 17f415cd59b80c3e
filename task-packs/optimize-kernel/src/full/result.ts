import type { ScoreResult } from "@rebench/task-kit";
import type { Measured } from "./harness-output.ts";

const round = (value: number): number => Number(value.toPrecision(6));

/** The middle of the timed calls: one that a moment disturbed counts as little as one that it favoured. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const below = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const above = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN;
  return (below + above) / 2;
}

export function validResult(measured: Measured): ScoreResult {
  const times = measured.calls.map(({ ms }) => ms);
  const middle = median(times);
  const floor = Math.min(...measured.floorMs);
  return {
    status: "valid",
    raw: Math.log(middle),
    message: [
      `score ${Math.log(middle).toFixed(4)} (ln of ${middle.toFixed(4)} ms; lower is better)`,
      `  ${times.length} calls: fastest ${Math.min(...times).toFixed(4)} ms, slowest ${Math.max(...times).toFixed(4)} ms`,
      `  copying x to y took ${floor.toFixed(4)} ms`,
    ].join("\n"),
    details: {
      unit: "ms",
      device: measured.device,
      elements: measured.elements,
      floor: round(floor),
      // Time that a call had to be charged because its work went on after it was done; honest solutions have none.
      charged: round(Math.max(...measured.calls.map(({ chargedMs }) => chargedMs))),
      firstCalls: measured.warmUpMs.map(([first]) => (first === undefined ? null : round(first))),
      calls: measured.calls.map(({ worker, distribution, ms }) => ({ worker, distribution, ms: round(ms) })),
    },
  };
}
