import type { GraphRules, WeightRules } from "@rebench/task-kit";
import { z } from "zod";
import { printable } from "../printable.ts";

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

const longestCode = 100;
const longestReason = 2000;
const shown = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((text) => printable(text, longest));

const refused = z.object({ status: z.literal("refused"), code: shown(longestCode), reason: shown(longestReason) });
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
