import type { GraphRules } from "@rebench/task-kit";
import { operators } from "../mini/operators.ts";

export const submissionFile = "model.onnx";
/** Room for 268 million weights in half precision. */
export const maxBytes = 512 * 2 ** 20;

/** Tokens of a window. */
export const columns = 128;
/** GPT-2's tokens. */
export const vocabulary = 50_257;
/** The end of a document; as the paper has it, that is the mask too. */
export const maskToken = 50_256;

/** Floating-point operations for one row: 2 billion a token. */
const maxFlops = columns * 2e9;

/** What a submission's graph must be; the operators are the mini tier's. */
export const rules: GraphRules = {
  maxBytes,
  maxNodes: 5000,
  opset: { min: 11, max: 17 },
  operators,
  casts: "integer-to-any-and-between-floats",
  inputs: [{ name: "tokens", type: "int64", shape: [null, columns] }],
  outputs: [{ name: "logits", type: "float", shape: [null, columns, vocabulary] }],
  maxFlops,
};
