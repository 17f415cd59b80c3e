/** Raw scores of the starting solution (0) and the reference solution (1), same unit. */
export interface AnchorPair {
  readonly start: number;
  readonly reference: number;
}

/** (raw − start) / (reference − start), without floor: below 0 where the score is worse than the start. */
export function normaliseUnclipped(raw: number, anchors: AnchorPair): number {
  const span = anchors.reference - anchors.start;
  if (!Number.isFinite(raw) || !Number.isFinite(span) || span === 0) {
    throw new RangeError(
      `cannot normalise ${raw} between start ${anchors.start} and reference ${anchors.reference}: the numbers must be finite and the anchors differ`,
    );
  }
  return (raw - anchors.start) / span;
}

/** The normalised score: floor 0, no ceiling. */
export function normalise(raw: number, anchors: AnchorPair): number {
  return Math.max(0, normaliseUnclipped(raw, anchors));
}
