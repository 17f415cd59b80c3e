import { create, toBinary, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { GraphRules, TensorType } from "@rebench/task-kit";
import { elementByName, type ElementType } from "../src/format/element-types.ts";
import {
  ModelProtoSchema,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  type ModelProto,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "../src/format/onnx_pb.ts";

/** Plain data, of which a message can be made. */
type Plain<Schema extends DescMessage> = Exclude<MessageInitShape<Schema>, Message>;

export type Node = Plain<typeof NodeProtoSchema>;
type Attribute = Plain<typeof AttributeProtoSchema>;
type Tensor = Plain<typeof TensorProtoSchema>;
export type Graph = Plain<typeof GraphProtoSchema>;
export type Model = Plain<typeof ModelProtoSchema>;
type Value = Plain<typeof ValueInfoProtoSchema>;

const number = (type: ElementType): number => elementByName.get(type)?.number ?? 0;

export const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: Attribute[] = [],
  more: Node = {},
): Node => ({
  name: output[0] ?? "",
  opType,
  input,
  output,
  attribute,
  ...more,
});

export const integer = (name: string, value: number): Attribute => ({ name, type: 2, i: BigInt(value) });
export const integers = (name: string, values: number[]): Attribute => ({ name, type: 7, ints: values.map(BigInt) });
export const text = (name: string, value: string): Attribute => ({ name, type: 3, s: new TextEncoder().encode(value) });
export const subgraph = (name: string, graph: Graph): Attribute => ({ name, type: 5, g: graph });
export const tensor = (name: string, value: Tensor): Attribute => ({ name, type: 4, t: value });

export const floats = (name: string, dims: number[], values?: number[]): Tensor => ({
  name,
  dataType: number("float"),
  dims: dims.map(BigInt),
  rawData: new Uint8Array(
    Float32Array.from(
      { length: dims.reduce((all, size) => all * size, 1) },
      (_, at) => values?.[at] ?? Math.sin(at + 1),
    ).buffer,
  ),
});

export const longs = (name: string, values: number[], dims = [values.length]): Tensor => ({
  name,
  dataType: number("int64"),
  dims: dims.map(BigInt),
  rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

/** A size of null is free. */
export const value = (name: string, type: ElementType, shape: (number | null)[]): Value => ({
  name,
  type: {
    tensorType: {
      elemType: number(type),
      shape: { dim: shape.map((size) => (size === null ? { dimParam: "rows" } : { dimValue: BigInt(size) })) },
    },
  },
});

export const columns = 4;
export const vocabulary = 8;

/** Tokens [rows, 4] to logits [rows, 4, 8] by a table; `nodes` come between, from "table" to "logits". */
export function tableGraph(nodes: Node[] = [node("Identity", ["table"], ["logits"])], more: Graph = {}): Graph {
  return {
    name: "graph",
    node: [node("Gather", ["embedding", "tokens"], ["table"]), ...nodes],
    input: [value("tokens", "int64", [null, columns])],
    output: [value("logits", "float", [null, columns, vocabulary])],
    ...more,
    initializer: [floats("embedding", [vocabulary, vocabulary]), ...((more.initializer ?? []) as Tensor[])],
  };
}

export const model = (graph: Graph, more: Model = {}): ModelProto =>
  create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: "", version: 17n }], graph, ...more });

export const encoded = (graph: Graph, more: Model = {}): Uint8Array<ArrayBuffer> =>
  toBinary(ModelProtoSchema, model(graph, more));

export const rules: GraphRules = {
  maxBytes: 2 ** 20,
  maxNodes: 50,
  opset: { min: 13, max: 20 },
  operators: ["Add", "Cast", "Constant", "ConstantOfShape", "Conv", "Einsum", "Expand", "Gather", "Gemm", "Identity", "If", "Loop", "MatMul", "Mul", "Relu", "Reshape", "Shape", "Sub", "Transpose"], // prettier-ignore
  inputs: [{ name: "tokens", type: "int64" satisfies TensorType, shape: [null, columns] }],
  outputs: [{ name: "logits", type: "float" satisfies TensorType, shape: [null, columns, vocabulary] }],
};
