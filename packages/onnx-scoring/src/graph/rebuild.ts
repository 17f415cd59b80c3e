import { clone, create } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { checkedAttribute } from "./attributes.ts";
import { isStandardDomain } from "./domain.ts";
import { calledFunction, functionsOf, type Functions } from "./functions.ts";
import { checkName } from "./names.ts";
import { nodeName } from "./operators.ts";
import { Scope } from "./scope.ts";
import { checkedTensor } from "./tensor.ts";
import { checkedValue } from "./value-info.ts";

/** Version of the file format that is written: the first with functions and today's types, read by every runtime since 2021. */
const writtenVersion = 8n;
const oldestVersion = 3n;
const newestVersion = 13n;
const deepestCall = 16;

export interface RebuiltModel {
  /** Holds only what was understood; functions are written out where they are called. */
  readonly model: ModelProto;
  readonly graph: GraphProto;
  readonly opset: number;
  /** What the graph's outputs are called inside, by the names that the file gives them. */
  readonly outputs: ReadonlyMap<string, string>;
}

/**
 * Writes a model anew from what was checked. The runtime never sees the submitted bytes, so nothing depends on two readers of the
 * format agreeing. What is only a description (documentation, types of inner values, metadata) is dropped.
 */
export function rebuildModel(model: ModelProto, maxNodes: number): RebuiltModel {
  if (model.graph === undefined) return refuse("graph-unreadable", "the file holds no graph");
  if (model.irVersion < oldestVersion || model.irVersion > newestVersion)
    refuse(
      "graph-version",
      `the file is of ONNX IR version ${model.irVersion}; ${oldestVersion} to ${newestVersion} can be read`,
    );
  if (model.trainingInfo.length > 0)
    refuse("graph-training", "the file holds training information; export the model for inference");
  const opset = standardOpset(model);
  const scope = Scope.root();
  const graph = new Rebuilding(functionsOf(model), opset, maxNodes).graph(model.graph, scope);
  const outputs = new Map(model.graph.output.map(({ name }) => [name, scope.find(name) ?? name]));
  if (outputs.size < model.graph.output.length) refuse("graph-duplicate-name", "two outputs have the same name");
  const rebuilt = create(ModelProtoSchema, {
    irVersion: writtenVersion,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) })],
    graph,
  });
  return { model: rebuilt, graph, opset, outputs };
}

function standardOpset({ opsetImport }: Pick<ModelProto, "opsetImport">): number {
  const [standard, ...more] = opsetImport.filter(({ domain }) => isStandardDomain(domain));
  if (standard === undefined || more.length > 0)
    return refuse("graph-opset", "the file has to name one version of the standard operator set");
  return Number(standard.version);
}

class Rebuilding {
  readonly #functions: Functions;
  readonly #opset: number;
  readonly #maxNodes: number;
  #nodes = 0;
  #calls = 0;

  constructor(functions: Functions, opset: number, maxNodes: number) {
    this.#functions = functions;
    this.#opset = opset;
    this.#maxNodes = maxNodes;
  }

  graph(graph: GraphProto, scope: Scope, calls: readonly FunctionProto[] = []): GraphProto {
    if (graph.sparseInitializer.length > 0) refuse("graph-sparse", "the graph has sparse constants; store them dense");
    if (graph.quantizationAnnotation.length > 0)
      refuse("graph-quantised", "the graph has annotations of quantised values");
    const initializer = graph.initializer.map((tensor) => {
      const name = checkName(tensor.name, "a constant");
      if (name === "") refuse("graph-bad-name", "a constant has no name");
      const checked = checkedTensor(tensor, `constant "${name}"`);
      checked.name = scope.define(name);
      return checked;
    });
    const constants = new Set(graph.initializer.map(({ name }) => name));
    // Old files list constants among the inputs too.
    const input = graph.input
      .filter(({ name }) => !constants.has(name))
      .map((value) => checkedValue(value, scope.define(checkName(value.name, "an input")), `input "${value.name}"`));
    const node = this.#nodesOf(graph.node, scope, calls);
    const output = graph.output.map((value) => {
      const unique = scope.find(checkName(value.name, "an output"));
      if (unique === undefined) return refuse("graph-cyclic", `nothing computes the output "${value.name}"`);
      return checkedValue(value, unique, `output "${value.name}"`);
    });
    return create(GraphProtoSchema, { name: "graph", node, initializer, input, output });
  }

  #nodesOf(nodes: readonly NodeProto[], scope: Scope, calls: readonly FunctionProto[], given?: Given): NodeProto[] {
    return nodes.flatMap((node, index) => {
      const name = nodeName(node, index);
      const input = node.input.map((value) => {
        if (value === "") return "";
        const unique = scope.find(checkName(value, `an input of ${name}`));
        if (unique === undefined)
          return refuse(
            "graph-cyclic",
            `${name} uses "${value}" before anything computes it: a cycle, or nodes out of order`,
          );
        return unique;
      });
      const attribute = this.#attributesOf(node, name, scope, calls, given);
      const called = calledFunction(this.#functions, node);
      if (called !== undefined) return this.#call(called, { input, attribute }, node, scope, calls);
      this.#nodes += 1;
      if (this.#nodes > this.#maxNodes)
        refuse("graph-too-large", `the graph has more than ${this.#maxNodes} nodes once its functions are written out`);
      const output = node.output.map((value) =>
        value === "" ? "" : scope.define(checkName(value, `an output of ${name}`)),
      );
      return [create(NodeProtoSchema, { name: node.name, opType: node.opType, input, output, attribute })];
    });
  }

  #attributesOf(
    node: NodeProto,
    name: string,
    scope: Scope,
    calls: readonly FunctionProto[],
    given: Given | undefined,
  ): AttributeProto[] {
    const names = new Set<string>();
    return node.attribute.flatMap((attribute) => {
      if (names.has(attribute.name)) refuse("graph-duplicate-name", `${name} has two attributes "${attribute.name}"`);
      names.add(attribute.name);
      if (attribute.refAttrName !== "") {
        if (given === undefined)
          return refuse("graph-bad-attribute", `${name} refers to an attribute outside of a function`);
        const value = given.get(attribute.refAttrName);
        return value === undefined ? [] : [renamed(value, checkName(attribute.name, `an attribute of ${name}`))];
      }
      return [checkedAttribute(attribute, name, (graph) => this.graph(graph, scope.inner(), calls))];
    });
  }

  /** Writes a function out where it is called. */
  #call(
    called: FunctionProto,
    actual: ActualCall,
    node: NodeProto,
    scope: Scope,
    calls: readonly FunctionProto[],
  ): NodeProto[] {
    if (calls.includes(called)) refuse("graph-recursive", `function "${called.name}" calls itself`);
    if (calls.length >= deepestCall)
      refuse("graph-too-deep", `functions call each other more than ${deepestCall} deep`);
    if (called.opsetImport.some(({ domain, version }) => isStandardDomain(domain) && Number(version) !== this.#opset))
      refuse(
        "graph-opset",
        `function "${called.name}" is of another version of the standard operator set than the graph`,
      );
    if (actual.input.length > called.input.length || node.output.length > called.output.length)
      refuse("graph-bad-function", `a call of function "${called.name}" has more inputs or outputs than the function`);
    this.#calls += 1;
    const body = scope.body(`${called.name}#${this.#calls}/`);
    // An input that is left out stays empty inside.
    for (const [index, name] of called.input.entries())
      body.bind(checkName(name, "an input of a function"), actual.input[index] ?? "");
    const given: Given = new Map(
      [
        ...called.attributeProto.map((each) => checkedAttribute(each, `function "${called.name}"`, noGraph)),
        ...actual.attribute,
      ].map((each) => [each.name, each]),
    );
    const nodes = this.#nodesOf(called.node, body, [...calls, called], given);
    for (const [index, name] of node.output.entries()) {
      const inner = body.find(called.output[index] ?? "");
      if (name === "") continue;
      if (inner === undefined || inner === "")
        return refuse("graph-cyclic", `nothing computes an output of function "${called.name}"`);
      scope.bind(checkName(name, "an output of a function's call"), inner);
    }
    return nodes;
  }
}

interface ActualCall {
  readonly input: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

/** Attributes that a call gives to a function's body. */
type Given = ReadonlyMap<string, AttributeProto>;

function renamed(attribute: AttributeProto, name: string): AttributeProto {
  const copy = clone(AttributeProtoSchema, attribute);
  copy.name = name;
  return copy;
}

const noGraph = (): never => refuse("graph-bad-function", "a function has a graph for a default");
