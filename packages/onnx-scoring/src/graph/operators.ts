import type { GraphProto, ModelProto, NodeProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { isStandardDomain } from "./domain.ts";
import { calledFunction, functionsOf, type Functions } from "./functions.ts";
import { checkName } from "./names.ts";

/** Subgraphs in subgraphs. */
const deepestSubgraph = 4;

export interface OperatorRules {
  readonly maxNodes: number;
  /** Null where any standard operator may be used: a graph that the pack made, or one that was inspected before. */
  readonly allowed: readonly string[] | null;
}

/** How often each operator occurs, as the file is written: the graph, subgraphs, and functions whether called or not. */
export function operatorsOf(model: ModelProto, rules: OperatorRules): Record<string, number> {
  const functions = functionsOf(model);
  const walk = new OperatorWalk(functions, rules);
  if (model.graph !== undefined) walk.graph(model.graph, "", 0);
  for (const each of model.functions) walk.nodes(each.node, ` of function "${each.name}"`, 0);
  return Object.fromEntries([...walk.counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

class OperatorWalk {
  readonly counts = new Map<string, number>();
  readonly #functions: Functions;
  readonly #rules: OperatorRules;
  readonly #allowed: ReadonlySet<string> | null;
  #nodes = 0;

  constructor(functions: Functions, rules: OperatorRules) {
    this.#functions = functions;
    this.#rules = rules;
    this.#allowed = rules.allowed === null ? null : new Set(rules.allowed);
  }

  graph(graph: GraphProto, place: string, depth: number): void {
    if (depth > deepestSubgraph) refuse("graph-too-deep", `subgraphs are nested more than ${deepestSubgraph} deep`);
    this.nodes(graph.node, place, depth);
  }

  nodes(nodes: readonly NodeProto[], place: string, depth: number): void {
    for (const [index, node] of nodes.entries()) {
      this.#nodes += 1;
      if (this.#nodes > this.#rules.maxNodes)
        refuse("graph-too-large", `the graph has more than ${this.#rules.maxNodes} nodes`);
      const name = nodeName(node, index);
      this.#operator(node, `${name}${place}`);
      for (const attribute of node.attribute)
        if (attribute.g !== undefined) this.graph(attribute.g, ` of a subgraph of ${name}${place}`, depth + 1);
    }
  }

  #operator(node: NodeProto, name: string): void {
    const operator = checkName(node.opType, `the operator of ${name}`);
    const domain = checkName(node.domain, `the domain of ${name}`);
    if (calledFunction(this.#functions, node) !== undefined) return;
    if (!isStandardDomain(domain))
      refuse(
        "graph-custom-domain",
        `${name} uses ${operator} of domain "${domain}"; only standard operators are allowed`,
      );
    if (node.overload !== "")
      refuse("graph-bad-function", `${name} calls an overload of ${operator} that is not there`);
    if (this.#allowed !== null && !this.#allowed.has(operator))
      refuse("graph-operator", `${name} uses ${operator}, which is not allowed`);
    this.counts.set(operator, (this.counts.get(operator) ?? 0) + 1);
  }
}

/** As messages call a node; exporters may leave it without a name. */
export const nodeName = (node: NodeProto, index: number): string =>
  node.name === "" ? `node ${index}` : `node "${checkName(node.name, `node ${index}`)}"`;
