import type { IsolationLevel, ScoringRequest } from "@rebench/core";
import { z } from "zod";

/** What a scorer process may send back, one message at a time. What comes from a pack's process is checked like any input. */
export const scorerMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), message: z.string(), fraction: z.number().optional() }),
  z.object({ type: z.literal("queue"), waiting: z.boolean() }),
  z.object({ type: z.literal("timed") }),
  z.object({
    type: z.literal("result"),
    outcome: z.discriminatedUnion("status", [
      z.object({
        status: z.literal("valid"),
        // A number that is not finite becomes null on its way here; the check for a score is the core's.
        raw: z
          .number()
          .nullable()
          .transform((raw) => raw ?? Number.NaN),
        anchors: z.object({ start: z.number(), reference: z.number() }).optional(),
        message: z.string().optional(),
        details: z.record(z.string(), z.unknown()).optional(),
      }),
      z.object({
        status: z.literal("invalid"),
        reason: z.string(),
        details: z.record(z.string(), z.unknown()).optional(),
      }),
      z.object({
        status: z.literal("failed"),
        blame: z.enum(["pack", "host", "sandbox"]),
        code: z.string(),
        message: z.string(),
      }),
    ]),
  }),
]);

export type ScorerMessage = z.infer<typeof scorerMessageSchema>;

/** What a scorer process is told: the request, and how to make sandboxes. */
export interface ScorerJob {
  readonly request: ScoringRequest;
  readonly isolation: IsolationLevel | null;
  readonly protectedPaths: readonly string[];
  readonly leaseFile: string;
  /** `<home>/assets`. */
  readonly assetsFolder: string;
}
