import type { Refused, ScoreResult, ScoringContext } from "@rebench/task-kit";
import { maxBytes, submissionFile } from "./contract.ts";
import { rawScore } from "./raw-score.ts";
import { context as columns, tensors, vocabulary } from "./shape.ts";
import { readWindows } from "./windows.ts";

/** Puts the submitted weights into the pack's own graph and measures the loss on hidden text, on the host. */
export async function score(context: ScoringContext): Promise<ScoreResult> {
  const weights = `${context.submission.directory}/${submissionFile}`;
  context.progress("reading the weights", 0);
  const verdict = await context.onnx.inspectWeights(weights, { maxBytes, tensors });
  if (verdict.status === "refused") return invalid(verdict);
  const { tokens, targets } = await readWindows(context.packPath("hidden/mini/windows.bin"));
  const measured = await context.onnx.crossEntropy({
    graph: context.packPath("hidden/mini/model.onnx"),
    weights,
    input: "tokens",
    output: "logits",
    tokens,
    targets,
    columns,
    vocabulary,
    batchRows: 16,
    threads: Math.max(1, Math.floor(context.cpus)),
    memoryMb: 2048,
    timeoutSeconds: 300,
    signal: context.signal,
    progress: (fraction) => context.progress("measuring the loss", fraction),
  });
  return measured.status === "refused" ? invalid(measured) : validResult(measured.loss, measured.tokens);
}

function validResult(loss: number, tokens: number): ScoreResult {
  if (!Number.isFinite(loss))
    return invalid({
      status: "refused",
      code: "loss-not-finite",
      reason: "the model's loss on hidden text is no finite number",
    });
  const raw = rawScore(loss);
  return {
    status: "valid",
    raw,
    message: `score ${raw.toFixed(4)} (${loss.toFixed(4)} nats a token on hidden text; lower is better)`,
    details: { loss, tokens },
  };
}

const invalid = ({ code, reason }: Refused): ScoreResult => ({ status: "invalid", reason, details: { code } });
