import { elementByNumber } from "../format/element-types.ts";
import type { GraphProto, TensorProto } from "../format/onnx_pb.ts";
import { elementCount } from "./tensor.ts";

/** Elements of all floating-point constants, wherever a graph keeps them: initializers and the attributes of nodes. */
export function parametersOf(graph: GraphProto): number {
  let parameters = graph.initializer.reduce((sum, tensor) => sum + floats(tensor), 0);
  for (const { attribute } of graph.node)
    for (const each of attribute) {
      parameters += each.floats.length;
      if (each.t !== undefined) parameters += floats(each.t);
      if (each.g !== undefined) parameters += parametersOf(each.g);
    }
  return parameters;
}

const floats = (tensor: TensorProto): number =>
  elementByNumber.get(tensor.dataType)?.floating === true ? (elementCount(tensor.dims) ?? 0) : 0;
