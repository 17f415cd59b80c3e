import { z } from "zod";
import { attemptEventSchema, type StampedEvent } from "../events/attempt-event.ts";

const envelopeSchema = z.looseObject({
  seq: z.number().int().nonnegative(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.number(),
  elapsedMs: z.number().int().nonnegative(),
  type: z.string(),
});

const knownTypes: ReadonlySet<string> = new Set(attemptEventSchema.options.map((option) => option.shape.type.value));

export type ParsedLine =
  | { readonly kind: "event"; readonly event: StampedEvent; readonly prev: string }
  /** An event type of a later version: it keeps its place in the chain and lets time pass. */
  | { readonly kind: "unknown"; readonly event: StampedEvent; readonly prev: string }
  | { readonly kind: "malformed"; readonly problem: string };

/** Reads one stored line. Never throws: what is wrong with a journal is something to report. */
export function parseLine(line: string): ParsedLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { kind: "malformed", problem: "is not JSON" };
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return { kind: "malformed", problem: describe(envelope.error) };
  const { seq, prev, at, elapsedMs, type } = envelope.data;
  if (!knownTypes.has(type)) {
    // Only the stamp of an unknown event is used, so the cast claims no more than what was checked.
    return { kind: "unknown", event: envelope.data as unknown as StampedEvent, prev };
  }
  const event = attemptEventSchema.safeParse(json);
  if (!event.success) return { kind: "malformed", problem: describe(event.error) };
  return { kind: "event", event: { seq, at, elapsedMs, ...event.data }, prev };
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "has the wrong shape" : `${issue.path.join(".") || "line"}: ${issue.message}`;
}
