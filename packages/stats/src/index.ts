export { normalise, normaliseUnclipped, type AnchorPair } from "./normalise.ts";
export { spread, type Spread } from "./spread.ts";
