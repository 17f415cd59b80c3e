export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); 0 for a single value. */
  readonly standardDeviation: number;
}

/** Mean and sample standard deviation of at least one finite number. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("the spread of no values is not defined");
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, standardDeviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)) };
}
