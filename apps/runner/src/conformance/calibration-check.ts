import { calibrationFactor, isClamped } from "@rebench/core";
import { describeCalibration } from "../reporting/describe-event.ts";
import type { Check } from "./check.ts";

/**
 * A tier whose budget is calibrated can be: its command works in the image that agents work in, and this machine is not faster than its
 * bounds. One that is slower is said to be, and no more: it may be busy, which is no fault of the pack.
 */
export const calibrationCheck: Check = {
  id: "calibration",
  async run({ loaded: { tier }, measureRate }) {
    const { calibration } = tier;
    if (calibration === undefined) return [];
    const id = "calibration";
    const found = await measureRate();
    if (found.status === "failed") {
      const fix =
        "the command's last line must be {\"rate\": number}, from the tier's own image, within its timeoutSeconds";
      return [{ id, ok: false, message: `${found.code}: ${found.message}`, fix }];
    }
    const { unit, rate: referenceRate, bounds } = calibration;
    const factor = calibrationFactor(calibration, found.rate);
    const measured = { ...found, unit, referenceRate, factor };
    const tooFast = isClamped(measured) && factor === bounds.least;
    const fix = "correct `rate` (`rebench pack calibrate` measures it), or lower `bounds.least`";
    return [{ id, ok: !tooFast, message: describeCalibration(measured), fix }];
  },
};
