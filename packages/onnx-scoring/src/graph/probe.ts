import { create, toBinary } from "@bufbuild/protobuf";
import type { TensorRule } from "@rebench/task-kit";
import type { Tensor } from "onnxruntime-node";
import { elementByNumber } from "../format/element-types.ts";
import { ModelProtoSchema, ValueInfoProtoSchema } from "../format/onnx_pb.ts";
import { loadRuntime, openSession, runSession } from "../runtime.ts";
import type { RebuiltModel } from "./rebuild.ts";

export interface ProbedValue {
  readonly type: string;
  readonly shape: readonly number[];
}

/** Free dimensions of the inputs while probing: one row. */
export const probedRows = 1;

/** Runs a graph once on zeros, with every inner value of the outermost graph for an output, and says what type and shape each had. */
export async function probe(
  { model, graph, outputs }: RebuiltModel,
  inputs: readonly TensorRule[],
  inner: boolean,
): Promise<ReadonlyMap<string, ProbedValue>> {
  const declared = new Set(outputs.values());
  const exposed = inner
    ? graph.node.flatMap(({ output }) => output).filter((name) => name !== "" && !declared.has(name))
    : [];
  const probing = create(ModelProtoSchema, {
    ...model,
    graph: {
      ...graph,
      output: [...graph.output, ...exposed.map((name) => create(ValueInfoProtoSchema, { name }))],
    },
  });
  const session = await openSession(toBinary(ModelProtoSchema, probing), { threads: 1, optimised: false });
  const names = [...declared, ...exposed];
  const { Tensor: Made } = await loadRuntime();
  const feeds = Object.fromEntries(inputs.map((rule) => [rule.name, zeros(rule, Made)]));
  const results = await runSession(session, feeds, names);
  const probed = new Map<string, ProbedValue>();
  for (const name of names) {
    const tensor = results[name];
    if (tensor !== undefined) probed.set(name, { type: standardName(tensor.type), shape: tensor.dims });
  }
  for (const tensor of graph.initializer)
    probed.set(tensor.name, { type: elementByNumber.get(tensor.dataType)?.name ?? "", shape: tensor.dims.map(Number) });
  for (const [name, tensor] of Object.entries(feeds))
    probed.set(name, { type: standardName(tensor.type), shape: tensor.dims });
  await session.release();
  return probed;
}

/** The runtime's name of a type, by its name in the ONNX standard. */
const standardName = (type: string): string => ({ float32: "float", float64: "double" })[type] ?? type;

function zeros(rule: TensorRule, Made: typeof Tensor): Tensor {
  const shape = rule.shape.map((size) => size ?? probedRows);
  const elements = shape.reduce((product, size) => product * size, 1);
  switch (rule.type) {
    case "float":
      return new Made("float32", new Float32Array(elements), shape);
    case "float16":
      return new Made("float16", new Uint16Array(elements), shape);
    case "int32":
      return new Made("int32", new Int32Array(elements), shape);
    case "int64":
      return new Made("int64", new BigInt64Array(elements), shape);
  }
}
