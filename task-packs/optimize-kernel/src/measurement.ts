/** What the harness measured. Times are nanoseconds per element, one a round. */
export interface MeasuredCase {
  readonly distribution: string;
  /** Whether the calls of a batch ran on one cached x and y, each made from the one before. */
  readonly chained: boolean;
  /** Elements of one call. */
  readonly elements: number;
  readonly calls: number;
  readonly start: readonly number[];
  readonly reference: readonly number[];
  readonly submission: readonly number[];
  readonly floor: readonly number[];
}

export type Measured = "start" | "reference" | "submission" | "floor";

/** The fastest round of a case: what the machine does when nothing disturbs it. */
export function best(measured: MeasuredCase, which: Measured): number {
  return Math.min(...measured[which]);
}

/** ln of the geometric mean over cases of ns/element. */
export function rawScore(cases: readonly MeasuredCase[], which: Measured): number {
  return mean(cases.map((measured) => Math.log(best(measured, which))));
}

/** Standard error of the normalised score, from how much its rounds differ; null for a single round. */
export function standardError(cases: readonly MeasuredCase[]): number | null {
  const rounds = cases[0]?.start.length ?? 0;
  if (rounds < 2) return null;
  const ofRound = (round: number, which: Measured): number =>
    mean(cases.map((measured) => Math.log(measured[which][round] ?? Number.NaN)));
  const scores = Array.from({ length: rounds }, (_, round) => {
    const start = ofRound(round, "start");
    return (ofRound(round, "submission") - start) / (ofRound(round, "reference") - start);
  });
  const centre = mean(scores);
  return Math.sqrt(scores.reduce((sum, score) => sum + (score - centre) ** 2, 0) / (rounds - 1) / rounds);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
