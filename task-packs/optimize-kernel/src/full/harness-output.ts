import { z } from "zod";

const milliseconds = z.number().positive();

const validSchema = z.strictObject({
  status: z.literal("valid"),
  device: z.string(),
  elements: z.number().int().positive(),
  floorMs: z.array(milliseconds).min(1),
  warmUpMs: z.array(z.array(milliseconds)),
  calls: z
    .array(
      z.strictObject({
        worker: z.number().int().nonnegative(),
        distribution: z.string(),
        ms: milliseconds,
        chargedMs: z.number().nonnegative(),
      }),
    )
    .min(1),
});

const outputSchema = z.discriminatedUnion("status", [
  validSchema,
  z.strictObject({ status: z.literal("invalid"), code: z.string().min(1), reason: z.string().min(1) }),
  z.strictObject({ status: z.literal("fault"), reason: z.string() }),
]);

export type HarnessOutput = z.infer<typeof outputSchema>;
/** What the harness measured; milliseconds. */
export type Measured = z.infer<typeof validSchema>;

/** Reads the harness's one line of JSON; undefined for anything else, more lines and unknown fields included. */
export function readHarnessOutput(stdout: string): HarnessOutput | undefined {
  const line = stdout.endsWith("\n") ? stdout.slice(0, -1) : stdout;
  if (line.includes("\n")) return undefined;
  try {
    return outputSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
