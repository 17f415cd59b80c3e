import type { ScoreResult } from "@rebench/task-kit";
import { best, mean, rawScore, standardError, type MeasuredCase } from "./measurement.ts";

const round = (value: number): number => Number(value.toPrecision(6));

/** Sizes move by up to 3 % in each scoring; the agent is told the size that they move around. */
const sizes = [1000, 16384, 2 ** 18, 2 ** 21, 2 ** 24];

function nominalSize(elements: number): number {
  return sizes.reduce((nearest, size) => (Math.abs(size - elements) < Math.abs(nearest - elements) ? size : nearest));
}

const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)));

/** Shown to the agent: the score and where the time goes. */
function message(cases: readonly MeasuredCase[], raw: number): string {
  const lines = sizes.map((size) => {
    const ofSize = cases.filter(({ elements }) => nominalSize(elements) === size);
    return `  n near ${size}: ${geometricMean(ofSize.map((measured) => best(measured, "submission"))).toFixed(3)} ns/element`;
  });
  return [`score ${raw.toFixed(4)} (ln of ${Math.exp(raw).toFixed(3)} ns/element; lower is better)`, ...lines].join(
    "\n",
  );
}

function details(cases: readonly MeasuredCase[]): Record<string, unknown> {
  return {
    unit: "ns/element, fastest round",
    rounds: cases[0]?.start.length ?? 0,
    standardError: standardError(cases),
    floorRaw: round(rawScore(cases, "floor")),
    cases: cases.map((measured) => ({
      distribution: measured.distribution,
      elements: measured.elements,
      chained: measured.chained,
      start: round(best(measured, "start")),
      reference: round(best(measured, "reference")),
      submission: round(best(measured, "submission")),
      floor: round(best(measured, "floor")),
    })),
  };
}

export function validResult(cases: readonly MeasuredCase[]): ScoreResult {
  const raw = rawScore(cases, "submission");
  return {
    status: "valid",
    raw,
    anchors: { start: rawScore(cases, "start"), reference: rawScore(cases, "reference") },
    message: message(cases, raw),
    details: details(cases),
  };
}
