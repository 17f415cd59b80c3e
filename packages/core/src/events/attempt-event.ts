import { z } from "zod";
import { attemptSpecSchema } from "../run/attempt-spec.ts";
import { failedCalibrationSchema, measuredCalibrationSchema } from "./calibration.ts";
import { machineSchema } from "./machine.ts";
import { outcomeSchema } from "./outcome.ts";
import { scoreEntrySchema } from "./score-entry.ts";

/** The journal's schema version, in its first line. */
export const journalSchema = 1;

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

/** Everything that can happen to an attempt. Noun first, then a verb. */
export const attemptEventSchema = z.discriminatedUnion("type", [
  event("journal.opened", {
    schema: z.literal(journalSchema),
    host: z.string(),
    spec: attemptSpecSchema,
    /** What the attempt is carried out on: found, not pinned. */
    machine: machineSchema.optional(),
  }),
  event("machine.calibrated", {
    ...measuredCalibrationSchema.shape,
    /** The limits that are in force from here on. */
    workingMs: z.number().int().positive(),
    wallMs: z.number().int().positive(),
  }),
  /** The tier's budget stays in force as it is. */
  event("calibration.failed", failedCalibrationSchema.shape),
  event("sandbox.started", {
    isolation: z.enum(["docker", "bwrap", "unshare", "uid", "none"]),
    guarantees: z.object({ files: z.boolean(), processes: z.boolean(), network: z.boolean(), users: z.boolean() }),
    reference: z.object({ provider: z.enum(["local", "docker"]), id: z.string(), directory: z.string() }),
    /** What was found rather than pinned. */
    observed: z
      .object({ engine: z.string(), image: z.string(), layers: z.array(z.string()), bases: z.array(z.string()) })
      .optional(),
  }),
  event("sandbox.progressed", { message: z.string() }),
  event("agent.started", {}),
  event("agent.remembered", { value: z.unknown() }),
  event("agent.ended", { reason: z.string(), outcome: outcomeSchema }),
  event("pause.started", { reason: z.string() }),
  event("pause.ended", {}),
  event("wait.started", { cause: z.literal("rate-limit") }),
  event("wait.ended", {}),
  event("scoring.started", { purpose: z.enum(["start", "attempt", "final", "confirm"]), seed: z.string() }),
  event("submission.captured", {
    digest: z.string(),
    /** Below the attempt's folder. */
    folder: z.string(),
    files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
  }),
  event("scoring.queued", {}),
  event("scoring.resumed", {}),
  event("scoring.progressed", { message: z.string(), fraction: z.number().optional() }),
  event("score.recorded", { entry: scoreEntrySchema }),
  event("score.confirmed", { entry: scoreEntrySchema }),
  event("scoring.ended", {}),
  event("service.called", {
    service: z.string(),
    milliseconds: z.number(),
    status: z.enum(["ok", "refused", "failed"]),
  }),
  event("note.added", { text: z.string() }),
  event("usage.added", {
    inputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    costUsd: z.number().nullable(),
    actions: z.number(),
  }),
  event("limit.reached", { limit: z.string() }),
  event("runner.attached", { unattendedMs: z.number().int() }),
  event("journal.repaired", { removedBytes: z.number().int() }),
  event("review.added", {
    verdict: z.enum(["flag", "void", "amend"]),
    normalized: z.number().nullable(),
    reason: z.string(),
    by: z.string(),
  }),
  event("attempt.finished", { outcome: outcomeSchema }),
]);

export type AttemptEvent = z.infer<typeof attemptEventSchema>;

/** What every journal line carries beside its event. */
export interface Stamp {
  /** Position in the journal, from 0. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Whole milliseconds since the attempt began, on a clock that only goes forward. */
  readonly elapsedMs: number;
}

/** An event as the journal holds it. Types unknown to this version keep their place and are ignored by the fold. */
export type StampedEvent = Stamp & AttemptEvent;
