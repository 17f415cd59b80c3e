/** Nats a token that are taken off the loss. The instructions name it. */
const offset = 1.5;

/** Least distance that counts: a loss below `offset` must not make the logarithm explode. */
const leastDistance = 0.02;

/** ln(loss - offset); lower is better. */
export function rawScore(loss: number): number {
  return Math.log(Math.max(loss - offset, leastDistance));
}
