import type { MachineRate } from "@rebench/core";
import type { CommandResult, TierCalibration } from "@rebench/task-kit";
import { z } from "zod";

const lineSchema = z.object({ rate: z.number().positive() });
const longestQuote = 500;

/** What a calibration command's end says. What it printed is input like any other; what is wrong with it is the pack's fault. */
export function readRate(result: CommandResult, { argv, timeoutSeconds }: TierCalibration): MachineRate {
  const command = argv.join(" ");
  if (result.timedOut)
    return failed("pack.calibration-timeout", `${command} did not finish within ${timeoutSeconds} s`);
  if (result.outOfMemory) return failed("pack.calibration-failed", `${command} used up the sandbox's memory`);
  if (result.exitCode !== 0) {
    const how = result.exitCode === null ? "was killed" : `exited with ${result.exitCode}`;
    return failed("pack.calibration-failed", `${command} ${how}: ${result.stderr.trim().slice(-longestQuote)}`);
  }
  const line = result.stdout.trimEnd().split("\n").at(-1) ?? "";
  const parsed = lineSchema.safeParse(parseJson(line));
  if (parsed.success) return { status: "measured", rate: parsed.data.rate };
  const quoted = JSON.stringify(line.slice(0, longestQuote));
  return failed("pack.bad-calibration", `the last line of ${command} must be {"rate": number above 0}, not ${quoted}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const failed = (code: string, message: string): MachineRate => ({ status: "failed", blame: "pack", code, message });
