import type { Measurement } from "./measurement.ts";
import { runCli } from "./run-cli.ts";

/** Exponent b of the least-squares fit seconds = a · n^b. */
function growthExponent(points: readonly { readonly n: number; readonly seconds: number }[]): number {
  const logs = points.map(({ n, seconds }) => [Math.log(n), Math.log(seconds)] as const);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(logs.map(([n]) => n)), mean(logs.map(([, seconds]) => seconds))];
  const covariance = logs.reduce((sum, [n, seconds]) => sum + (n - x) * (seconds - y), 0);
  return covariance / logs.reduce((sum, [n]) => sum + (n - x) ** 2, 0);
}

/** Attempts that do nothing: time per attempt and the runner's memory, as their number grows. */
export async function attemptOverhead(counts: readonly number[]): Promise<Measurement[]> {
  const points: { n: number; seconds: number; peakMb: number | null }[] = [];
  for (const n of counts) {
    points.push({ n, ...(await runCli(["run", "./examples/estimate-pi", "--agent", "nop", "--attempts", String(n)])) });
  }
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const each = (point: { n: number; seconds: number }): string => `${(point.seconds / point.n).toFixed(2)} s each`;
  return [
    {
      name: `growth exponent of ${counts.join(", ")} attempts`,
      ours: `${each(last)} at n = ${last.n}`,
      beside: `${each(first)} at n = ${first.n}`,
      ratio: growthExponent(points),
      goal: 1.05,
    },
    {
      name: "runner's memory at the most attempts against the fewest",
      ours: `${last.peakMb?.toFixed(0) ?? "?"} MB`,
      beside: `${first.peakMb?.toFixed(0) ?? "?"} MB`,
      ratio: (last.peakMb ?? Number.NaN) / (first.peakMb ?? Number.NaN),
      goal: 1.5,
    },
  ];
}
