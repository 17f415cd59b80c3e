export { conformance } from "./conformance.ts";
export {
  runConformance,
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceResult,
} from "./run-check.ts";
