import type { MeasuredCase } from "./measurement.ts";

export type HarnessOutput =
  | { readonly status: "valid"; readonly cases: readonly MeasuredCase[] }
  | { readonly status: "invalid"; readonly code: string; readonly reason: string }
  | { readonly status: "fault"; readonly reason: string };

/** Reads the harness's one line of JSON; undefined where there is none. The harness is ours, so shapes are taken as they are. */
export function readHarnessOutput(stdout: string): HarnessOutput | undefined {
  try {
    const output = JSON.parse(stdout) as HarnessOutput;
    return ["valid", "invalid", "fault"].includes(output.status) ? output : undefined;
  } catch {
    return undefined;
  }
}
