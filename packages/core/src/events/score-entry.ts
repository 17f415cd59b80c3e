import { z } from "zod";

const anchorsSchema = z.object({ start: z.number(), reference: z.number() });

const common = {
  /** Position in the score log; 0 is the starting solution. */
  seq: z.number().int().nonnegative(),
  source: z.enum(["start", "attempt", "final", "confirm"]),
  workingMs: z.number().int().nonnegative(),
  at: z.number(),
  seed: z.string(),
  /** Digest of the captured submission; null when nothing could be captured. */
  submission: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).optional(),
};

/** One line of the score log. */
export const scoreEntrySchema = z.discriminatedUnion("status", [
  z.object({
    ...common,
    status: z.literal("valid"),
    raw: z.number(),
    /** Floor 0, no ceiling. */
    normalized: z.number().nonnegative(),
    /** The anchors in force: the session's own where they are measured. */
    anchors: anchorsSchema,
    message: z.string(),
  }),
  z.object({ ...common, status: z.literal("invalid"), reason: z.string() }),
  z.object({
    ...common,
    status: z.literal("failed"),
    blame: z.enum(["pack", "host", "sandbox"]),
    code: z.string(),
    reason: z.string(),
  }),
]);

export type ScoreEntry = z.infer<typeof scoreEntrySchema>;
export type ValidScoreEntry = Extract<ScoreEntry, { status: "valid" }>;
