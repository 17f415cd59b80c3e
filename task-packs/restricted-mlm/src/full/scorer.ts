import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Refused, ScoreResult, ScoringContext } from "@rebench/task-kit";
import { rawScore } from "../mini/raw-score.ts";
import { columns, maskToken, rules, submissionFile, vocabulary } from "./contract.ts";
import { readHiddenData } from "./hidden-data.ts";
import { maskedWindows, type Windows } from "./windows.ts";

/** Rows of hidden text that count. */
const scoredRows = 1600;

/** Bytes of hidden text that are read; the preparation makes about 9 MB. */
const maxTextBytes = 64 * 2 ** 20;

/** Seconds for the hidden text; a graph at the cap on FLOPs takes some ten minutes on the paper's processors. */
const timeoutSeconds = 2400;

/** For a graph of the largest size, its weights widened to float32, and its work. */
const memoryMb = 64_000;

/**
 * Inspects the submitted graph by its operators and measures its loss at masked places of hidden text, on the host's processors. Where
 * nothing is submitted yet, tokens are guessed by how often they occur.
 */
export const score = (context: ScoringContext): Promise<ScoreResult> => scoreRows(context, scoredRows);

/** The same over fewer rows; a test of the runner hands it the host's ONNX scoring. @public */
export async function scoreRows(context: ScoringContext, rows: number): Promise<ScoreResult> {
  const graph = `${context.submission.directory}/${submissionFile}`;
  const isSubmitted = await exists(graph);
  if (isSubmitted) context.progress("reading the graph", 0);
  const verdict = isSubmitted ? await context.onnx.inspectGraph(graph, rules) : null;
  if (verdict?.status === "refused") return invalid(verdict);
  context.progress("reading the hidden text", 0);
  const { text, frequencies } = await readHiddenData(context, { maxTextBytes, vocabulary });
  const windows = maskedWindows(text, { rows, columns, maskToken });
  const digest = digestOf(windows);
  if (verdict === null) {
    const loss = lossOfFrequencies(windows, frequencies);
    return valid(loss, `guessed by frequency, for there is no ${submissionFile}`, { loss, windows: digest });
  }
  const measured = await context.onnx.crossEntropy({
    graph,
    input: "tokens",
    output: "logits",
    ...windows,
    columns,
    vocabulary,
    // So that no row sees another, and what a row costs is what it was inspected for.
    batchRows: 1,
    threads: Math.max(1, Math.floor(context.cpus)),
    memoryMb,
    timeoutSeconds,
    signal: context.signal,
    progress: (fraction) => context.progress("measuring the loss", fraction),
  });
  if (measured.status === "refused") return invalid(measured);
  const { loss, tokens: predicted, seconds } = measured;
  const { flops, parameters, operators } = verdict;
  const size = `${((flops ?? Number.NaN) / 1e9).toFixed(1)} billion floating-point operations a row, ${parameters} float constants`;
  return valid(loss, size, { loss, predicted, flops, parameters, seconds, operators, windows: digest });
}

/** Mean nats a masked token of a model that knows nothing but how often each token occurs. */
function lossOfFrequencies({ targets }: Windows, frequencies: Float32Array): number {
  const wanted = targets.filter((target) => target >= 0);
  return wanted.reduce((sum, target) => sum - (frequencies[target] ?? Number.NaN), 0) / wanted.length;
}

function valid(loss: number, note: string, details: Readonly<Record<string, unknown>>): ScoreResult {
  const raw = rawScore(loss);
  const message = `score ${raw.toFixed(4)} (${loss.toFixed(4)} nats a masked token on hidden text; lower is better)\n${note}`;
  return { status: "valid", raw, message, details };
}

const invalid = ({ code, reason }: Refused): ScoreResult => ({ status: "invalid", reason, details: { code } });

/** Two machines' scores can be compared where they measured on the same: both prepare their own data. */
function digestOf({ tokens, targets }: Windows): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of [tokens, targets])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
