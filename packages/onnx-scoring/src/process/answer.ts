import { inspectGraph } from "../graph/inspect-graph.ts";
import { crossEntropy } from "../loss/cross-entropy.ts";
import { printable } from "../printable.ts";
import { Refusal } from "../refusal.ts";
import { inspectWeights } from "../weights/inspect-weights.ts";
import type { Reply, Verdict } from "./protocol.ts";
import { readBounded } from "./read-file.ts";
import type { ReceivedRequest } from "./request-reader.ts";

/** What one file can be at most where no rule says less: the largest array that Node reads a file into. */
const largestFile = 2 ** 31 - 1;

/** Does what is asked; what the submission did wrong is a verdict, everything else that fails is the host's. */
export async function answer(received: ReceivedRequest, send: (reply: Reply) => void): Promise<Reply> {
  try {
    return { type: "verdict", verdict: await verdictOf(received, (fraction) => send({ type: "progress", fraction })) };
  } catch (error) {
    if (error instanceof Refusal)
      return { type: "verdict", verdict: { status: "refused", code: error.code, reason: error.message } };
    if (error instanceof RangeError)
      return {
        type: "verdict",
        verdict: {
          status: "refused",
          code: "out-of-memory",
          reason: `the file takes too much memory: ${printable(error.message, 200)}`,
        },
      };
    return { type: "fault", message: printable(String(error), 1000) };
  }
}

async function verdictOf(
  { request, tokens, targets }: ReceivedRequest,
  progress: (fraction: number) => void,
): Promise<Verdict> {
  switch (request.type) {
    case "graph":
      return inspectGraph(await readBounded(request.file, request.rules.maxBytes), request.rules);
    case "weights":
      return inspectWeights(await readBounded(request.file, request.rules.maxBytes), request.rules);
    case "loss": {
      const graph = await readBounded(request.graph, largestFile);
      const weights = request.weights === null ? null : await readBounded(request.weights, largestFile);
      return crossEntropy({ ...request, graph, weights, tokens, targets, progress });
    }
  }
}
