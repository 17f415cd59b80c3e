/**
 * How fast a machine does the tier's own kind of work. For tiers whose agents train: the tier's working time is given on the machine of
 * its `measuredOn`, and a machine that is half as fast gives twice the time, so that the compute is the same.
 *
 * Before the first attempt of a run the command is run once in a fresh sandbox of the tier's workspace image, with the tier's CPUs,
 * while nothing else on the machine scores a time. The tier's budgets are then multiplied by the **factor**, `rate` here over the rate
 * found, within `bounds`. Factor and rate stand in every attempt's journal.
 */
export interface TierCalibration {
  /** Files and folders of the pack that the command needs; laid out in its working folder by their paths in the pack. */
  readonly files: readonly string[];
  /**
   * Program and arguments, no shell in between. The last line that it prints is JSON, `{"rate": number}`: higher is faster. It should
   * warm up first, then measure the hot operation (the pack's kernel, or a training step) for a few seconds, with random data, and
   * take the median, so that one hiccup of the machine changes nothing.
   */
  readonly argv: readonly [string, ...string[]];
  /** Seconds after which a measurement is given up; long enough for the slowest machine of `bounds`. */
  readonly timeoutSeconds: number;
  /** What the rate counts, e.g. `training steps/s`. */
  readonly unit: string;
  /** Rate of the machine that the tier's `measuredOn` names; `rebench pack calibrate` prints it. */
  readonly rate: number;
  /** The factor is kept between `least` (at most 1) and `most` (at least 1); a result says when it was. */
  readonly bounds: { readonly least: number; readonly most: number };
}
