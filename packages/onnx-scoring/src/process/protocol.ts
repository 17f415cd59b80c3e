import type { GraphRules, WeightRules } from "@rebench/task-kit";
import { z } from "zod";

/** What a process is asked. Binary parts follow a request on the same pipe; `tokens` and `targets` are counted in values of 32 bits. */
export type Request =
  | { readonly type: "graph"; readonly file: string; readonly rules: GraphRules }
  | { readonly type: "weights"; readonly file: string; readonly rules: WeightRules }
  | {
      readonly type: "loss";
      readonly graph: string;
      readonly weights: string | null;
      readonly input: string;
      readonly output: string;
      readonly columns: number;
      readonly vocabulary: number;
      readonly batchRows: number;
      readonly threads: number;
      /** Values of tokens, and as many of targets. */
      readonly values: number;
    };

const refused = z.object({ status: z.literal("refused"), code: z.string().max(100), reason: z.string().max(2000) });
const count = z.int().min(0);

/** A process may have been taken over by what it opened: what it says is checked like any input. */
export const replySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("progress"), fraction: z.number().min(0).max(1) }),
  /** More memory than allowed; the process ends. */
  z.object({ type: z.literal("memory") }),
  /** The host could not do its part. */
  z.object({ type: z.literal("fault"), message: z.string().max(2000) }),
  z.object({
    type: z.literal("verdict"),
    verdict: z.discriminatedUnion("status", [
      refused,
      z.object({
        status: z.literal("accepted"),
        operators: z.record(z.string().max(1024), count).optional(),
        parameters: count,
        flops: z.number().min(0).nullable().optional(),
      }),
      z.object({ status: z.literal("measured"), loss: z.number(), tokens: count, seconds: z.number().min(0) }),
    ]),
  }),
]);

export type Reply = z.infer<typeof replySchema>;
export type Verdict = Extract<Reply, { type: "verdict" }>["verdict"];

/** File descriptors of the process, besides those of every program. */
export const replyDescriptor = 3;
/** Held open by whoever started the process; closed, the process ends. */
export const lifelineDescriptor = 4;
