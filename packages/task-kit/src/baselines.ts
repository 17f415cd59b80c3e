import { z } from "zod";

/** Shape of a tier's `baselines` file: published human attempts with where they come from. */
export const humanBaselinesSchema = z.strictObject({
  /** Where the attempts were published. */
  source: z.string().min(1),
  /** SPDX name, or words where it has none. */
  licence: z.string().min(1),
  /** What the people had: time, network, tools, models. */
  conditions: z.strictObject({
    network: z.string(),
    /** Editors, compilers, libraries. */
    tools: z.string(),
    models: z.string(),
    timeLimitMinutes: z.number(),
  }),
  attempts: z.array(
    z.strictObject({
      /** Unique in the file. */
      id: z.string().min(1),
      /** In the task's unit. */
      raw: z.number(),
      /** Of the tier's scale: 0 start, 1 reference. May be below 0 as published. */
      normalized: z.number(),
      /** Minutes that the attempt took, breaks included as published. */
      minutes: z.number().positive(),
    }),
  ),
});

/** A baselines file, parsed with {@link humanBaselinesSchema}. */
export type HumanBaselines = z.infer<typeof humanBaselinesSchema>;
