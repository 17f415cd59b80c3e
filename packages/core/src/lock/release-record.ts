import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { lockedPackSchema, lockedTierSchema } from "./lock-file.ts";

const goldenScoreSchema = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("valid"), raw: z.number(), normalized: z.number() }),
  z.strictObject({ status: z.literal("invalid") }),
]);

/** `.released.json` in a pack's folder: what its last released version was made of, and how it scored. Never published. */
const releaseRecordSchema = z.strictObject({
  schema: z.literal(1),
  pack: lockedPackSchema,
  /** Scores of stored submissions with the released scorer, by `task/tier` and the submission's folder. */
  golden: z.record(z.string(), z.record(z.string(), goldenScoreSchema)),
  /** Tiers that changed since, and were shown to score the golden submissions alike. */
  equivalent: z.record(z.string(), lockedTierSchema),
});

export type GoldenScore = z.infer<typeof goldenScoreSchema>;
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;

export const encodeRelease = (record: ReleaseRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** Errors with code `pack.bad-release-record`. */
export function parseRelease(text: string, where: string): ReleaseRecord {
  try {
    return releaseRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new RebenchError({
      code: "pack.bad-release-record",
      message: `${where} is no record of a release: ${reason}`,
      fix: "restore it from version control; `rebench pack version PACK --record` writes it for the version that is here",
      cause,
    });
  }
}
