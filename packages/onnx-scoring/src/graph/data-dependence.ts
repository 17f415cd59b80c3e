import type { GraphProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { nodeName } from "./operators.ts";

/** These say something of a tensor's shape, and nothing of its values. */
const shapeOnly = new Set(["Shape", "Size"]);

/** How many elements these give depends on the values of their inputs. */
const selecting = new Set(["Compress", "NonMaxSuppression", "NonZero", "Unique"]);

/** Inputs by whose values an operator decides how large its output is. */
const sizing: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1],
  OneHot: [1],
  Pad: [1, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [1, 2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/**
 * What one run costs says what every run costs only if no size follows from the data that goes in. Refuses a graph in which one does;
 * sizes that follow from the inputs' shapes are fine.
 */
export function refuseDataDependentSizes(graph: GraphProto): void {
  const fromData = new Set(graph.input.map(({ name }) => name));
  for (const [index, node] of graph.node.entries()) {
    const sizes = selecting.has(node.opType)
      ? node.input
      : (sizing[node.opType] ?? []).map((at) => node.input[at] ?? "");
    if (sizes.some((name) => fromData.has(name)))
      refuse(
        "graph-flops",
        `${nodeName(node, index)} (${node.opType}) gives a size that depends on the data; sizes may depend on shapes alone`,
      );
    if (!shapeOnly.has(node.opType) && node.input.some((name) => fromData.has(name)))
      for (const name of node.output) fromData.add(name);
  }
}
