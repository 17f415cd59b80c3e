import { toBinary } from "@bufbuild/protobuf";
import type { LossVerdict } from "@rebench/task-kit";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { ModelProtoSchema } from "../format/onnx_pb.ts";
import { readModel } from "../format/read-model.ts";
import { operatorsOf } from "../graph/operators.ts";
import { rebuildModel, type RebuiltModel } from "../graph/rebuild.ts";
import { described } from "../graph/value-info.ts";
import { refuse } from "../refusal.ts";
import { loadRuntime, openSession, runSession } from "../runtime.ts";
import { putWeights } from "../weights/into-graph.ts";
import { readSafetensors } from "../weights/safetensors.ts";
import { lossModel } from "./loss-graph.ts";
import { windowsOf, type Windows } from "./windows.ts";

type Measured = Extract<LossVerdict, { status: "measured" }>;

export interface LossWork extends Windows {
  readonly graph: Uint8Array;
  readonly weights: Uint8Array | null;
  readonly input: string;
  readonly output: string;
  readonly vocabulary: number;
  readonly threads: number;
  readonly progress: (fraction: number) => void;
}

/** Rules are for inspection; here only what cannot be run safely is refused. */
const mostNodes = 50_000;

/** Mean cross-entropy of a graph's predictions, in nats a predicted token. */
export async function crossEntropy(work: LossWork): Promise<Measured> {
  const { session, integers, output } = await openGraph(work);
  const loss = await openSession(lossModel(), { threads: work.threads, optimised: true });
  const { Tensor: Made } = await loadRuntime();
  const rows = work.tokens.length / work.columns;
  let sum = 0;
  let predicted = 0;
  // Filled again by each run: what was used up would stay in memory until JavaScript's collector comes by.
  let logits: Tensor | undefined;
  const began = performance.now();
  for (const window of windowsOf(work)) {
    const shape = [window.rows, work.columns];
    const tokens =
      integers === "int64"
        ? new Made("int64", BigInt64Array.from(window.tokens, BigInt), shape)
        : new Made("int32", window.tokens, shape);
    const reused = logits?.dims[0] === window.rows ? logits : null;
    logits = (await runSession(session, { [work.input]: tokens }, { [output]: reused }))[output];
    const picked = pick(logits, window.targets, shape, work.vocabulary);
    if (picked.targets.length > 0) {
      const { picked: logarithms, sum: total } = await loss.run({
        logits: new Made("float32", picked.logits, [picked.targets.length, work.vocabulary]),
        targets: new Made("int64", picked.targets, [picked.targets.length, 1]),
      });
      if (!Number.isFinite(Number(total?.data[0])))
        refuse("loss-not-finite", "the graph gives logits that are not finite");
      for (const logarithm of logarithms?.data as Float32Array) sum -= logarithm;
      predicted += picked.targets.length;
    }
    work.progress((window.row + window.rows) / rows);
  }
  const seconds = (performance.now() - began) / 1000;
  if (!Number.isFinite(sum)) refuse("loss-not-finite", "the loss is not finite");
  return { status: "measured", loss: sum / predicted, tokens: predicted, seconds };
}

interface OpenGraph {
  readonly session: InferenceSession;
  readonly integers: "int32" | "int64";
  /** What the output is called inside. */
  readonly output: string;
}

async function openGraph({ graph, weights, input, output, threads }: LossWork): Promise<OpenGraph> {
  const model = readModel(graph, mostNodes);
  operatorsOf(model, { maxNodes: mostNodes, allowed: null });
  const rebuilt = rebuildModel(model, mostNodes);
  if (weights !== null) putWeights(rebuilt.graph, readSafetensors(weights));
  const integers = tokenType(rebuilt, input);
  const inside = rebuilt.outputs.get(output);
  if (inside === undefined) return refuse("graph-signature", `the graph has no output "${output}"`);
  const session = await openSession(toBinary(ModelProtoSchema, rebuilt.model), { threads, optimised: true });
  return { session, integers, output: inside };
}

function tokenType({ graph }: RebuiltModel, name: string): "int32" | "int64" {
  const [value, ...more] = graph.input;
  if (value?.name !== name || more.length > 0)
    return refuse(
      "graph-signature",
      `the graph has to take "${name}" alone, and takes ${graph.input.map((each) => `"${each.name}"`).join(", ")}`,
    );
  const { type } = described(value);
  if (type !== "int32" && type !== "int64")
    return refuse("graph-signature", `input "${name}" has to be of int32 or int64`);
  return type;
}

interface Picked {
  readonly logits: Float32Array;
  readonly targets: BigInt64Array;
}

/** The logits of those places where something is predicted. */
function pick(logits: Tensor | undefined, targets: Int32Array, shape: readonly number[], vocabulary: number): Picked {
  const expected = [...shape, vocabulary];
  if (logits?.type !== "float32")
    return refuse("graph-signature", `the logits have to be of float, not ${logits?.type}`);
  if (logits.dims.length !== 3 || logits.dims.some((size, index) => size !== expected[index]))
    return refuse(
      "graph-signature",
      `the logits have to be of shape [${expected.join(", ")}] here, not [${logits.dims.join(", ")}]`,
    );
  const values = logits.data as Float32Array;
  const places = [...targets.keys()].filter((place) => (targets[place] ?? -1) >= 0);
  if (places.length === targets.length) return { logits: values, targets: BigInt64Array.from(targets, BigInt) };
  const picked = new Float32Array(places.length * vocabulary);
  for (const [index, place] of places.entries())
    picked.set(values.subarray(place * vocabulary, (place + 1) * vocabulary), index * vocabulary);
  return { logits: picked, targets: BigInt64Array.from(places, (place) => BigInt(targets[place] ?? 0)) };
}
