import { z } from "zod";

export const measuredCalibrationSchema = z.object({
  /** Of both rates. */
  unit: z.string(),
  /** Of the machine that the attempt is carried out on; higher is faster. */
  rate: z.number().positive(),
  /** Of the machine on which the tier's budget is what it says. */
  referenceRate: z.number().positive(),
  /** What the budget was multiplied by: `referenceRate` over `rate`, within the tier's bounds. */
  factor: z.number().positive(),
});

export const failedCalibrationSchema = z.object({
  blame: z.enum(["pack", "host", "sandbox"]),
  code: z.string(),
  message: z.string(),
});

/** How an attempt's budget came by its times. One whose calibration failed has the tier's as they are, and says so. */
export type Calibration =
  | ({ readonly status: "measured" } & z.infer<typeof measuredCalibrationSchema>)
  | ({ readonly status: "failed" } & z.infer<typeof failedCalibrationSchema>);

/** Whether the machine is so much faster or slower that the tier's bounds kept the factor from following. */
export function isClamped({ rate, referenceRate, factor }: z.infer<typeof measuredCalibrationSchema>): boolean {
  return factor !== referenceRate / rate;
}
