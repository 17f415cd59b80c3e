/** Nats a token that are taken off the loss, a little below what the undamaged model has. The instructions name it. */
export const offset = 3.15;

/** Least distance that counts: a loss below `offset` is out of honest reach, and must not make the logarithm explode. */
export const leastDistance = 0.02;

/** ln(loss - offset); lower is better. */
export function rawScore(loss: number): number {
  return Math.log(Math.max(loss - offset, leastDistance));
}
