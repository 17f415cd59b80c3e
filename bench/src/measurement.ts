/** One line of the record: two things measured in the same run, and what we promise of their ratio. */
export interface Measurement {
  readonly name: string;
  readonly ours: string;
  readonly beside: string;
  readonly ratio: number;
  /** The ratio that is aimed at; a report, never an assertion. */
  readonly goal: number;
}
