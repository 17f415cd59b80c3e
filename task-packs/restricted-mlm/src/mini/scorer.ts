import type { Refused, ScoreResult, ScoringContext } from "@rebench/task-kit";
import { columns, rules, submissionFile, vocabulary } from "./contract.ts";
import { rawScore } from "./raw-score.ts";
import { readWindows } from "./windows.ts";

/** Seconds for the hidden text; an honest graph at the cap on FLOPs takes a tenth of it. */
const timeoutSeconds = 240;

/** Inspects the submitted graph by its operators and measures its loss at the masked places of hidden text, on the host. */
export async function score(context: ScoringContext): Promise<ScoreResult> {
  const graph = `${context.submission.directory}/${submissionFile}`;
  context.progress("reading the graph", 0);
  const verdict = await context.onnx.inspectGraph(graph, rules);
  if (verdict.status === "refused") return invalid(verdict);
  const { tokens, targets } = await readWindows(context.packPath("hidden/mini/windows.bin"));
  const measured = await context.onnx.crossEntropy({
    graph,
    input: "tokens",
    output: "logits",
    tokens,
    targets,
    columns,
    vocabulary,
    // So that no row sees another, and what a row costs is what it was inspected for.
    batchRows: 1,
    threads: Math.max(1, Math.floor(context.cpus)),
    memoryMb: 2048,
    timeoutSeconds,
    signal: context.signal,
    progress: (fraction) => context.progress("measuring the loss", fraction),
  });
  if (measured.status === "refused") return invalid(measured);
  if (!Number.isFinite(measured.loss))
    return invalid({
      status: "refused",
      code: "loss-not-finite",
      reason: "the model's loss on hidden text is no finite number",
    });
  const { loss, tokens: predicted, seconds } = measured;
  const { flops, parameters, operators } = verdict;
  const raw = rawScore(loss);
  return {
    status: "valid",
    raw,
    message: [
      `score ${raw.toFixed(4)} (${loss.toFixed(4)} nats a masked token on hidden text; lower is better)`,
      `${((flops ?? Number.NaN) / 1e6).toFixed(0)} million floating-point operations a row, ${parameters} float constants`,
    ].join("\n"),
    details: { loss, predicted, flops, parameters, seconds, operators },
  };
}

const invalid = ({ code, reason }: Refused): ScoreResult => ({ status: "invalid", reason, details: { code } });
