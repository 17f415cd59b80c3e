import { anchorsCheck } from "./anchors-check.ts";
import { calibrationCheck } from "./calibration-check.ts";
import { cheatsCheck } from "./cheats-check.ts";
import type { Check } from "./check.ts";
import { containerCheck } from "./container-check.ts";
import { definitionCheck } from "./definition-check.ts";
import { instructionsCheck } from "./instructions-check.ts";
import { leakCheck } from "./leak-check.ts";
import { malformedCheck } from "./malformed-check.ts";
import { readmeCheck } from "./readme-check.ts";
import { repeatCheck } from "./repeat-check.ts";
import { rungsCheck } from "./rungs-check.ts";

/** The conformance list, quick points first. */
export const conformanceChecks: readonly Check[] = [
  definitionCheck,
  instructionsCheck,
  readmeCheck,
  containerCheck,
  calibrationCheck,
  anchorsCheck,
  malformedCheck,
  cheatsCheck,
  rungsCheck,
  leakCheck,
  repeatCheck,
];
