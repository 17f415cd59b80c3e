import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** What `golden/make.py` made: graphs, weights, and the losses that PyTorch gives. */
export const goldenFile = (name: string): string => fileURLToPath(new URL(`golden/${name}`, import.meta.url));

const predicted = z.object({ targets: z.array(z.int()), loss: z.number() });
const goldenSchema = z.object({
  columns: z.int(),
  vocabulary: z.int(),
  tokens: z.array(z.int()),
  causal: predicted,
  masked: predicted,
});

export const golden = goldenSchema.parse(JSON.parse(readFileSync(goldenFile("golden.json"), "utf8")));

export const windows = (targets: readonly number[]) => ({
  input: "tokens",
  output: "logits",
  tokens: Int32Array.from(golden.tokens),
  targets: Int32Array.from(targets),
  columns: golden.columns,
  vocabulary: golden.vocabulary,
});
