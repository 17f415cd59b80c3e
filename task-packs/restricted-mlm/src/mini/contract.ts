import type { GraphRules } from "@rebench/task-kit";
import { operators } from "./operators.ts";

export const submissionFile = "model.onnx";
export const maxBytes = 20 * 2 ** 20;

/** Tokens of a window. */
export const columns = 128;
export const vocabulary = 2048;

/** `<unk>`: text that no piece fits is spelt in bytes, so it never occurs. */
export const maskToken = 0;

/** What a submission's graph must be. Four times the reference's cost. */
export const rules: GraphRules = {
  maxBytes,
  maxNodes: 5000,
  opset: { min: 11, max: 17 },
  operators,
  casts: "integer-to-any-and-between-floats",
  inputs: [{ name: "tokens", type: "int64", shape: [null, columns] }],
  outputs: [{ name: "logits", type: "float", shape: [null, columns, vocabulary] }],
  maxFlops: 2e9,
};
