import { z } from "zod";

/** How an attempt ended. What goes wrong inside an attempt is an outcome with blame, never an exception. */
export const outcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("completed") }),
  z.object({ kind: z.literal("limit"), limit: z.enum(["working", "wall", "tokens", "cost", "actions", "disk"]) }),
  z.object({
    kind: z.literal("failed"),
    blame: z.enum(["agent", "pack", "sandbox", "host", "user"]),
    code: z.string(),
    message: z.string(),
  }),
  z.object({ kind: z.literal("cancelled") }),
  z.object({ kind: z.literal("unknown") }),
]);

export type Outcome = z.infer<typeof outcomeSchema>;
export type Blame = Extract<Outcome, { kind: "failed" }>["blame"];
