import { elementByName, elementByNumber, elementName } from "../format/element-types.ts";
import type { GraphProto, NodeProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { nodeName } from "./operators.ts";
import type { ProbedValue } from "./probe.ts";

const casting = new Set(["Cast", "CastLike"]);

/** Integers and bools may become anything, floats only floats: what else a cast does is a rounding or a comparison. */
export function checkCasts(graph: GraphProto, values: ReadonlyMap<string, ProbedValue>): void {
  for (const [index, node] of graph.node.entries()) {
    const name = nodeName(node, index);
    for (const { g } of node.attribute) if (g !== undefined) refuseCasts(g, name);
    if (!casting.has(node.opType)) continue;
    const from = values.get(node.input[0] ?? "")?.type ?? "an unknown type";
    const to = target(node, values);
    const integer = elementByName.get(from)?.floating === false;
    const widens = elementByName.get(from)?.floating === true && elementByName.get(to)?.floating === true;
    if (!integer && !widens) refuse("graph-cast", `${name} casts ${from} to ${to}, which is not allowed`);
  }
}

function target(node: NodeProto, values: ReadonlyMap<string, ProbedValue>): string {
  if (node.opType === "CastLike") return values.get(node.input[1] ?? "")?.type ?? "an unknown type";
  const number = Number(node.attribute.find(({ name }) => name === "to")?.i ?? 0n);
  return elementByNumber.get(number)?.name ?? elementName(number);
}

/** The types of values in subgraphs are not known here. */
function refuseCasts(graph: GraphProto, owner: string): void {
  for (const [index, node] of graph.node.entries()) {
    if (casting.has(node.opType))
      refuse("graph-cast", `${nodeName(node, index)} casts in a subgraph of ${owner}; cast outside of it`);
    for (const { g } of node.attribute) if (g !== undefined) refuseCasts(g, owner);
  }
}
