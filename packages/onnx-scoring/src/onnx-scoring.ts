import type { OnnxScoring, Refused } from "@rebench/task-kit";
import { RebenchError } from "@rebench/task-kit";
import type { Verdict } from "./process/protocol.ts";
import { ScoringProcess, type Answer, type Question } from "./process/scoring-process.ts";

export interface OnnxScoringOptions {
  /** Ends whatever is running. */
  readonly signal?: AbortSignal;
  /** Of inspections; a measurement brings its own. */
  readonly inspection?: { readonly memoryMb: number; readonly timeoutSeconds: number };
}

const usualInspection = { memoryMb: 1024, timeoutSeconds: 60 };

/** What is allowed to be larger than this many megabytes gets more memory and time, megabyte by megabyte. */
const usualMegabytes = 64;
const memoryOfOne = 12;
const secondsOfOne = 0.5;

/** Limits of an inspection, for files of at most `maxBytes`. */
function inspectionOf(usual: typeof usualInspection, maxBytes: number): typeof usualInspection {
  const more = Math.ceil(Math.max(0, maxBytes / 2 ** 20 - usualMegabytes));
  return {
    memoryMb: usual.memoryMb + more * memoryOfOne,
    timeoutSeconds: usual.timeoutSeconds + more * secondsOfOne,
  };
}

/** Opens submissions that are data, each in a process of its own that ends with the verdict. */
export function createOnnxScoring({ signal, inspection = usualInspection }: OnnxScoringOptions = {}): OnnxScoring {
  return {
    async inspectGraph(file, rules) {
      const { memoryMb, timeoutSeconds } = inspectionOf(inspection, rules.maxBytes);
      const verdict = await ask(
        { memoryMb, runtime: true },
        {
          request: { type: "graph", file, rules },
          parts: [],
          timeoutSeconds,
          signal,
          progress: undefined,
        },
      );
      if (verdict.status === "refused") return verdict;
      if (verdict.status !== "accepted" || verdict.operators === undefined) throw nonsense();
      return { ...verdict, operators: verdict.operators, flops: verdict.flops ?? null };
    },
    async inspectWeights(file, rules) {
      const { memoryMb, timeoutSeconds } = inspectionOf(inspection, rules.maxBytes);
      const verdict = await ask(
        { memoryMb, runtime: false },
        {
          request: { type: "weights", file, rules },
          parts: [],
          timeoutSeconds,
          signal,
          progress: undefined,
        },
      );
      if (verdict.status === "refused") return verdict;
      if (verdict.status !== "accepted") throw nonsense();
      return { status: "accepted", parameters: verdict.parameters };
    },
    async crossEntropy({ tokens, targets, memoryMb, timeoutSeconds, signal: own, progress, weights = null, ...rest }) {
      checkWindows({ tokens, targets, ...rest });
      const signals = [signal, own].filter((each) => each !== undefined);
      const verdict = await ask(
        { memoryMb, runtime: true },
        {
          request: { type: "loss", weights, values: tokens.length, ...rest },
          parts: [tokens, targets],
          timeoutSeconds,
          signal: signals.length === 0 ? undefined : AbortSignal.any(signals),
          progress,
        },
      );
      if (verdict.status === "accepted") throw nonsense();
      return verdict;
    },
  };
}

async function ask(
  options: { readonly memoryMb: number; readonly runtime: boolean },
  question: Question,
): Promise<Verdict> {
  question.signal?.throwIfAborted();
  const opened = await ScoringProcess.start(options);
  try {
    return verdictOf(await opened.ask(question), question);
  } finally {
    await opened.close();
  }
}

/** A process that died of a file is the file's fault: it was given memory and time enough for any that keeps to the rules. */
function verdictOf(answer: Answer, { timeoutSeconds }: Pick<Question, "timeoutSeconds">): Verdict {
  switch (answer.kind) {
    case "verdict":
      return answer.verdict;
    case "timed-out":
      return refused("too-slow", `this took longer than ${timeoutSeconds} s`);
    case "out-of-memory":
      return refused("out-of-memory", "this takes more memory than is allowed");
    case "crashed":
      return refused("crashed", `the runtime crashed on this (${answer.how})`);
  }
}

const refused = (code: string, reason: string): Refused => ({ status: "refused", code, reason });

const nonsense = (): RebenchError =>
  new RebenchError({
    code: "host.onnx-scoring",
    message: "The process that opens ONNX files gave an answer to another question.",
  });

interface AskedWindows {
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
  readonly columns: number;
  readonly vocabulary: number;
  readonly batchRows: number;
}

/** What the pack asks for is checked here: nothing of it is the submission's fault. */
function checkWindows({ tokens, targets, columns, vocabulary, batchRows }: AskedWindows): void {
  const wrong = [
    [columns, batchRows, vocabulary].some((each) => !Number.isInteger(each) || each < 1)
      ? "columns, batchRows and vocabulary have to be whole numbers above zero"
      : tokens.length !== targets.length || tokens.length % columns !== 0
        ? "tokens and targets have to be as long as each other, in whole rows"
        : targets.some((target) => target >= vocabulary)
          ? "a target lies outside of the vocabulary"
          : targets.every((target) => target < 0)
            ? "no token is to be predicted"
            : null,
  ][0];
  if (wrong !== null && wrong !== undefined)
    throw new RebenchError({ code: "pack.onnx-windows", message: `A loss cannot be taken: ${wrong}.` });
}
