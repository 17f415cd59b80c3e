import { create } from "@bufbuild/protobuf";
import { elementByName } from "../format/element-types.ts";
import { TensorProtoSchema, type GraphProto } from "../format/onnx_pb.ts";
import { described } from "../graph/value-info.ts";
import { printable } from "../printable.ts";
import { refuse } from "../refusal.ts";
import { checkValues, floatValues } from "./float-values.ts";
import type { StoredTensor } from "./safetensors.ts";

const float = elementByName.get("float")?.number ?? 0;

/** Puts tensors in the place of a graph's inputs and constants of the same name. Each must have a place, and fit it. */
export function putWeights(graph: GraphProto, tensors: ReadonlyMap<string, StoredTensor>): void {
  for (const [name, tensor] of tensors) {
    const shown = printable(name, 100);
    const constant = graph.initializer.findIndex((each) => each.name === name);
    const input = graph.input.findIndex((each) => each.name === name);
    const place = constant === -1 ? inputPlace(graph, input) : constantPlace(graph, constant);
    if (place === null) return refuse("weights-names", `the graph has no place for tensor "${shown}"`);
    if (place.type !== float) refuse("weights-shape", `the graph's "${shown}" is not of float`);
    if (place.shape.length !== tensor.shape.length || place.shape.some((size, index) => size !== tensor.shape[index]))
      refuse(
        "weights-shape",
        `tensor "${shown}" has to be of shape [${place.shape.join(", ")}], not [${tensor.shape.join(", ")}]`,
      );
    const values = floatValues(tensor);
    checkValues(values, shown);
    const filled = create(TensorProtoSchema, {
      name,
      dataType: float,
      dims: tensor.shape.map(BigInt),
      rawData: new Uint8Array(values.buffer),
    });
    if (constant !== -1) graph.initializer[constant] = filled;
    else {
      graph.input.splice(input, 1);
      graph.initializer.push(filled);
    }
  }
}

interface Place {
  readonly type: number;
  readonly shape: readonly (number | null)[];
}

function constantPlace(graph: GraphProto, index: number): Place | null {
  const tensor = graph.initializer[index];
  return tensor === undefined ? null : { type: tensor.dataType, shape: tensor.dims.map(Number) };
}

function inputPlace(graph: GraphProto, index: number): Place | null {
  const value = graph.input[index];
  if (value === undefined) return null;
  return { type: value.type?.tensorType?.elemType ?? 0, shape: described(value).shape ?? [] };
}
