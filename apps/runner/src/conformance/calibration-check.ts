import { calibrationFactor, isClamped } from "@rebench/core";
import { describeCalibration } from "../reporting/describe-event.ts";
import type { Check } from "./check.ts";

/** A tier whose budget is calibrated can be: its command works in the image that agents work in, and this machine is within its bounds. */
export const calibrationCheck: Check = {
  id: "calibration",
  async run({ loaded: { tier }, measureRate }) {
    const { calibration } = tier;
    if (calibration === undefined) return [];
    const found = await measureRate();
    if (found.status === "failed") {
      const fix =
        "the command's last line must be {\"rate\": number}, from the tier's own image, within its timeoutSeconds";
      return [{ id: "calibration", ok: false, message: `${found.code}: ${found.message}`, fix }];
    }
    const measured = {
      ...found,
      unit: calibration.unit,
      referenceRate: calibration.rate,
      factor: calibrationFactor(calibration, found.rate),
    };
    const fix = `check where nothing else runs; otherwise correct \`rate\` (\`rebench pack calibrate\` measures it) or widen \`bounds\` (${calibration.bounds.least} to ${calibration.bounds.most})`;
    return [{ id: "calibration", ok: !isClamped(measured), message: describeCalibration(measured), fix }];
  },
};
