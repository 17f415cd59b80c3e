import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  encoded,
  floats,
  integer,
  longs,
  model,
  node,
  rules,
  subgraph,
  tableGraph,
  tensor,
  text,
  value,
  type Graph,
  type Model,
  type Node,
} from "../../test/build-graph.ts";
import { ModelProtoSchema } from "../format/onnx_pb.ts";
import { readModel } from "../format/read-model.ts";
import { Refusal } from "../refusal.ts";
import { operatorsOf } from "./operators.ts";
import { rebuildModel, type RebuiltModel } from "./rebuild.ts";
import { checkSignature } from "./signature.ts";

/** What is checked of a graph before the runtime sees it. */
function check(bytes: Uint8Array): { operators: Readonly<Record<string, number>>; rebuilt: RebuiltModel } {
  const read = readModel(bytes, rules.maxNodes);
  const operators = operatorsOf(read, { maxNodes: rules.maxNodes, allowed: rules.operators });
  const rebuilt = rebuildModel(read, rules.maxNodes);
  checkSignature(rebuilt, rules);
  return { operators, rebuilt };
}

function refusal(bytes: Uint8Array): string {
  try {
    check(bytes);
    return "accepted";
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const of = (graph: Graph, more: Model = {}): string => refusal(encoded(graph, more));
const withNodes = (...nodes: Node[]): string => of(tableGraph(nodes));
const toLogits = (from: string): Node => node("Identity", [from], ["logits"]);
const twice = (name: string, domain: string, nodes: Node[]) => ({
  name,
  domain,
  input: ["x"],
  output: ["y"],
  opsetImport: [{ domain: "", version: 17n }],
  node: nodes,
});

it("accepts a graph that keeps to the rules, and counts its operators", () => {
  expect(check(encoded(tableGraph())).operators).toEqual({ Gather: 1, Identity: 1 });
});

describe("operators", () => {
  it("names the node and the operator that is not allowed", () => {
    expect(withNodes(node("Div", ["table", "table"], ["logits"], [], { name: "x" }))).toBe(
      'graph-operator: node "x" uses Div, which is not allowed',
    );
    expect(withNodes(node("Div", ["table", "table"], ["logits"], [], { name: "" }))).toBe(
      "graph-operator: node 1 uses Div, which is not allowed",
    );
  });

  it("finds them in subgraphs of subgraphs", () => {
    const inner: Graph = {
      node: [node("Div", ["table", "table"], ["i"], [], { name: "deep" })],
      output: [value("i", "float", [])],
    };
    const outer: Graph = {
      node: [node("If", ["c"], ["o"], [subgraph("then_branch", inner)])],
      output: [value("o", "float", [])],
    };
    expect(withNodes(node("If", ["c"], ["logits"], [subgraph("then_branch", outer)]))).toBe(
      'graph-operator: node "deep" of a subgraph of node "o" of a subgraph of node "logits" uses Div, which is not allowed',
    );
  });

  it("finds them in functions, called or not", () => {
    const functions = [twice("soft", "mine", [node("Div", ["x", "x"], ["y"], [], { name: "hidden" })])];
    const found = 'graph-operator: node "hidden" of function "soft" uses Div, which is not allowed';
    expect(of(tableGraph(), { functions })).toBe(found);
    expect(of(tableGraph([node("soft", ["table"], ["logits"], [], { domain: "mine" })]), { functions })).toBe(found);
  });

  it("counts those of subgraphs and functions", () => {
    const functions = [twice("double", "mine", [node("Add", ["x", "x"], ["y"])])];
    const call = node("double", ["table"], ["logits"], [], { domain: "mine" });
    expect(check(encoded(tableGraph([call]), { functions })).operators).toEqual({ Add: 1, Gather: 1 });
    const branch: Graph = { node: [node("Relu", ["table"], ["r"])], output: [value("r", "float", [null, 4, 8])] };
    const choice = node("If", ["c"], ["logits"], [subgraph("then_branch", branch), subgraph("else_branch", branch)]);
    const graph = tableGraph([choice], { initializer: [{ name: "c", dataType: 9, rawData: Uint8Array.of(1) }] });
    expect(check(encoded(graph)).operators).toEqual({ Gather: 1, If: 1, Relu: 2 });
  });

  it("refuses other domains and overloads", () => {
    expect(withNodes(node("Gelu", ["table"], ["logits"], [], { domain: "com.microsoft" }))).toBe(
      'graph-custom-domain: node "logits" uses Gelu of domain "com.microsoft"; only standard operators are allowed',
    );
    expect(withNodes(node("Relu", ["table"], ["logits"], [], { overload: "fast" }))).toMatch("graph-bad-function");
    expect(withNodes(node("Relu", ["table"], ["logits"], [], { domain: "ai.onnx" }))).toBe("accepted");
  });
});

describe("functions", () => {
  const call = (name: string, from: string, to: string, domain = "mine"): Node =>
    node(name, [from], [to], [], { domain });

  it("writes them out where they are called", () => {
    const functions = [
      twice("double", "mine", [node("Add", ["x", "x"], ["y"])]),
      twice("fourfold", "mine", [call("double", "x", "t"), call("double", "t", "y")]),
    ];
    const { rebuilt } = check(
      encoded(tableGraph([call("fourfold", "table", "a"), call("fourfold", "a", "logits")]), { functions }),
    );
    expect(rebuilt.graph.node.map(({ opType }) => opType)).toEqual(["Gather", "Add", "Add", "Add", "Add"]);
    expect(new Set(rebuilt.graph.node.flatMap(({ output }) => output)).size).toBe(5);
    expect(rebuilt.outputs.get("logits")).toBe(rebuilt.graph.node.at(-1)?.output[0]);
  });

  it("gives them the attributes of the call, else their own", () => {
    const functions = [
      {
        ...twice("turn", "mine", [node("Transpose", ["x"], ["y"], [{ name: "perm", type: 7, refAttrName: "order" }])]),
        attributeProto: [{ name: "order", type: 7, ints: [0n, 1n, 2n] }],
      },
    ];
    const permutation = (attributes: { name: string; type: number; ints: bigint[] }[]): unknown =>
      check(
        encoded(tableGraph([node("turn", ["table"], ["logits"], attributes, { domain: "mine" })]), { functions }),
      ).rebuilt.graph.node[1]?.attribute.map(({ name, ints }) => ({ name, ints }));
    expect(permutation([])).toEqual([{ name: "perm", ints: [0n, 1n, 2n] }]);
    expect(permutation([{ name: "order", type: 7, ints: [0n, 2n, 1n] }])).toEqual([
      { name: "perm", ints: [0n, 2n, 1n] },
    ]);
  });

  it("refuses recursion", () => {
    const functions = [twice("a", "mine", [call("b", "x", "y")]), twice("b", "mine", [call("a", "x", "y")])];
    expect(of(tableGraph([call("a", "table", "logits")]), { functions })).toBe(
      'graph-recursive: function "a" calls itself',
    );
  });

  it("refuses those that grow without end when they are written out", () => {
    const functions = Array.from({ length: 12 }, (_, level) =>
      twice(
        `f${level}`,
        "mine",
        level === 0
          ? [node("Add", ["x", "x"], ["y"])]
          : [call(`f${level - 1}`, "x", "t"), call(`f${level - 1}`, "t", "y")],
      ),
    );
    expect(of(tableGraph([call("f11", "table", "logits")]), { functions })).toMatch(
      "graph-too-large: the graph has more than 50 nodes once",
    );
  });

  it("refuses those that take the place of an operator, are there twice or are of another version", () => {
    const body = [node("Add", ["x", "x"], ["y"])];
    expect(of(tableGraph(), { functions: [twice("Relu", "", body)] })).toMatch("graph-bad-function");
    expect(of(tableGraph(), { functions: [twice("f", "m", body), twice("f", "m", body)] })).toMatch("there twice");
    const other = { ...twice("f", "m", body), opsetImport: [{ domain: "", version: 9n }] };
    expect(of(tableGraph([call("f", "table", "logits", "m")]), { functions: [other] })).toMatch("graph-opset");
  });

  it("does not see what is outside of them", () => {
    const functions = [twice("f", "m", [node("Add", ["x", "table"], ["y"])])];
    expect(of(tableGraph([call("f", "table", "logits", "m")]), { functions })).toMatch("graph-cyclic");
  });
});

describe("names and order", () => {
  it("refuses cycles and nodes out of order", () => {
    expect(withNodes(node("Add", ["table", "logits"], ["logits"]))).toMatch(
      'graph-cyclic: node "logits" uses "logits"',
    );
    expect(withNodes(node("Add", ["table", "b"], ["a"]), node("Add", ["table", "a"], ["b"]), toLogits("b"))).toMatch(
      "graph-cyclic",
    );
    expect(withNodes(node("Relu", ["table"], ["unused"]))).toMatch('nothing computes the output "logits"');
  });

  it("refuses names that are there twice", () => {
    expect(withNodes(node("Relu", ["table"], ["a"]), node("Relu", ["table"], ["a"]), toLogits("a"))).toMatch(
      "graph-duplicate-name",
    );
    expect(of(tableGraph(undefined, { initializer: [floats("embedding", [8, 8])] }))).toMatch("graph-duplicate-name");
    const branch: Graph = { node: [node("Relu", ["table"], ["table"])], output: [value("table", "float", [])] };
    expect(withNodes(node("If", ["tokens"], ["logits"], [subgraph("then_branch", branch)]))).toMatch(
      "graph-duplicate-name",
    );
    expect(withNodes(node("Transpose", ["table"], ["logits"], [integer("a", 1), integer("a", 2)]))).toMatch(
      "two attributes",
    );
  });

  it("lets both branches use the same names", () => {
    const branch: Graph = { node: [node("Relu", ["table"], ["r"])], output: [value("r", "float", [null, 4, 8])] };
    const choice = node("If", ["c"], ["logits"], [subgraph("then_branch", branch), subgraph("else_branch", branch)]);
    const graph = tableGraph([choice], { initializer: [{ name: "c", dataType: 9, rawData: Uint8Array.of(1) }] });
    const names = check(encoded(graph)).rebuilt.graph.node[1]?.attribute.map(({ g }) => g?.node[0]?.output[0]);
    expect(new Set(names).size).toBe(2);
  });

  it("refuses names that cannot be printed, and shows none of them", () => {
    const bad = withNodes(node("Relu", ["table"], ["logits"], [], { name: "\u001b[2Jx" }));
    expect(bad).toBe("graph-bad-name: the name of node 1 has characters that cannot be printed");
    expect(withNodes(node("\u202eviD", ["table"], ["logits"]))).toMatch("graph-bad-name");
    expect(withNodes(node("Relu", ["table"], ["x".repeat(2000)]))).toMatch("more than 1024 characters");
  });
});

describe("size", () => {
  it("refuses too many nodes, of graph and subgraphs together", () => {
    const chain = (length: number, from = "table", name = "n"): Node[] =>
      Array.from({ length }, (_, at) => node("Relu", [at === 0 ? from : `${name}${at - 1}`], [`${name}${at}`]));
    expect(withNodes(...chain(48), toLogits("n47"))).toBe("accepted");
    expect(withNodes(...chain(49), toLogits("n48"))).toMatch("graph-too-large: the graph has more than 50 nodes");
    const branch: Graph = { node: chain(30), output: [value("n29", "float", [])] };
    expect(
      withNodes(...chain(30, "table", "m"), node("If", ["c"], ["logits"], [subgraph("then_branch", branch)])),
    ).toMatch("graph-too-large");
  });

  it("refuses more fields than any honest graph has, before they are decoded", () => {
    const dims = Array.from({ length: 250_000 }, () => 1n);
    expect(of(tableGraph(undefined, { initializer: [{ name: "many", dataType: 1, dims }] }))).toMatch(
      "graph-too-large: the file has more",
    );
  });

  it("refuses subgraphs that are nested too deep", () => {
    const nested = (depth: number): Graph => ({
      node: [node("If", ["c"], [`o${depth}`], depth === 0 ? [] : [subgraph("then_branch", nested(depth - 1))])],
      output: [value(`o${depth}`, "float", [])],
    });
    expect(withNodes(node("If", ["c"], ["logits"], [subgraph("then_branch", nested(5))]))).toMatch(
      "subgraphs are nested more than 4 deep",
    );
    expect(withNodes(node("If", ["c"], ["logits"], [subgraph("then_branch", nested(40))]))).toMatch(
      "the file nests messages more than",
    );
  });
});

describe("constants", () => {
  const holding = (constant: object): string =>
    of(tableGraph(undefined, { initializer: [{ name: "c", ...constant }] }));
  const bytes = (length: number): Uint8Array => new Uint8Array(length);

  it("refuses values outside of the file", () => {
    expect(holding({ dataType: 1, dims: [2n], dataLocation: 1 })).toMatch("graph-external-data");
    expect(holding({ dataType: 1, dims: [2n], rawData: bytes(8), externalData: [bytes(1)] })).toMatch(
      "graph-external-data",
    );
    const inside = tensor("value", { dataType: 1, dims: [2n], dataLocation: 1 });
    expect(withNodes(node("Constant", [], ["c"], [inside]), toLogits("table"))).toMatch("graph-external-data");
  });

  it.each([
    ["uint8", 2],
    ["int8", 3],
    ["string", 8],
    ["complex64", 14],
    ["bfloat16", 16],
    ["float8", 17],
    ["int4", 22],
    ["type 99", 99],
    ["type 0", 0],
    ["type -1", -1],
  ])("refuses %s", (name, dataType) => {
    expect(holding({ dataType, dims: [0n] })).toBe(
      `graph-element-type: constant "c" is of ${name}, which is not allowed`,
    );
  });

  it("refuses values that do not fit the sizes", () => {
    expect(holding({ dataType: 1, dims: [2n, 2n], rawData: bytes(12) })).toBe(
      'graph-bad-tensor: constant "c" has 12 bytes for 4 elements of float',
    );
    expect(holding({ dataType: 1, dims: [2n], floatData: [1] })).toMatch("1 values for 2 elements");
    expect(holding({ dataType: 1, dims: [1n], floatData: [1], rawData: bytes(4) })).toMatch("graph-bad-tensor");
    expect(holding({ dataType: 1, dims: [1n], int64Data: [1n] })).toMatch("graph-bad-tensor");
    expect(holding({ dataType: 1, dims: [1n], stringData: [bytes(4)] })).toMatch("graph-bad-tensor");
    expect(holding({ dataType: 1, dims: [1n], rawData: bytes(4), segment: bytes(1) })).toMatch("segments");
    expect(holding({ dataType: 10, dims: [1n], int32Data: [70_000] })).toMatch("no float16");
    expect(holding({ dataType: 9, dims: [1n], rawData: Uint8Array.of(2) })).toMatch("neither 0 nor 1");
    expect(holding({ dataType: 9, dims: [1n], int32Data: [2] })).toMatch("no bool");
  });

  it.each([
    ["negative", [-1n, -4n]],
    ["overflowing", [2n ** 62n, 4n]],
    ["too many elements", [65_536n, 65_536n]],
    ["too many dimensions", Array.from({ length: 17 }, () => 1n)],
  ])("refuses sizes that are %s", (_, dims) => {
    expect(holding({ dataType: 1, dims, rawData: bytes(4) })).toBe(
      'graph-bad-tensor: constant "c" has sizes that no tensor has',
    );
  });

  it("reads values in lists and in bytes", () => {
    expect(holding({ dataType: 1, dims: [2n], floatData: [1, 2] })).toBe("accepted");
    expect(holding({ dataType: 7, dims: [], int64Data: [5n] })).toBe("accepted");
    expect(holding({ dataType: 9, dims: [2n], int32Data: [0, 1] })).toBe("accepted");
    expect(of(tableGraph(undefined, { initializer: [longs("c", [1, 2])] }))).toBe("accepted");
    expect(holding({ dataType: 11, dims: [1n], doubleData: [1] })).toBe("accepted");
    expect(holding({ dataType: 1, dims: [0n, 4n] })).toBe("accepted");
  });
});

describe("what a file may hold besides", () => {
  it("refuses training, sparse constants and annotations of quantised values", () => {
    expect(of(tableGraph(), { trainingInfo: [new Uint8Array(1)] })).toMatch("graph-training");
    expect(of(tableGraph(undefined, { sparseInitializer: [new Uint8Array(1)] }))).toMatch("graph-sparse");
    expect(of(tableGraph(undefined, { quantizationAnnotation: [new Uint8Array(1)] }))).toMatch("graph-quantised");
  });

  it("refuses attributes of odd kinds", () => {
    for (const type of [0, 9, 10, 11, 12, 13, 14, -1])
      expect(withNodes(node("Relu", ["table"], ["logits"], [{ name: "a", type }]))).toMatch(
        "of a type that is not allowed",
      );
    expect(withNodes(node("Relu", ["table"], ["logits"], [{ name: "a", type: 4 }]))).toMatch("has no tensor");
    expect(withNodes(node("Relu", ["table"], ["logits"], [{ name: "a", type: 5 }]))).toMatch("has no graph");
    expect(withNodes(node("Relu", ["table"], ["logits"], [{ name: "a", type: 2, refAttrName: "b" }]))).toMatch(
      "outside of a function",
    );
    expect(withNodes(node("Relu", ["table"], ["logits"], [text("a", "x".repeat(5000))]))).toMatch(
      "graph-bad-attribute",
    );
  });

  it("drops what only describes", () => {
    const { rebuilt } = check(
      encoded(
        tableGraph([node("Relu", ["table"], ["logits"], [], { docString: new Uint8Array(9) })], {
          docString: new Uint8Array(9),
        }),
        {
          producerName: "somebody",
          metadataProps: [new Uint8Array(9)],
        },
      ),
    );
    const bytes = Buffer.from(toBinary(ModelProtoSchema, rebuilt.model));
    expect(bytes.includes("somebody")).toBe(false);
    expect(rebuilt.graph.node.every(({ docString }) => docString.length === 0)).toBe(true);
  });

  it("refuses fields that are not known, at any depth", () => {
    const bytes = encoded(tableGraph());
    expect(refusal(Uint8Array.of(...bytes, 0xc8, 0x3e, 1))).toBe(
      "graph-unknown-field: ModelProto has a field 1001, which is not known here",
    );
    const odd = create(ModelProtoSchema, model(tableGraph()));
    (odd.graph?.node[0] ?? odd).$unknown = [{ no: 77, wireType: 0, data: Uint8Array.of(1) }];
    expect(refusal(toBinary(ModelProtoSchema, odd))).toMatch("NodeProto has a field 77");
  });

  it("refuses what is no ONNX file", () => {
    expect(refusal(new TextEncoder().encode("not a graph"))).toMatch(/^graph-(unreadable|unknown-field)/);
    expect(refusal(new Uint8Array())).toBe("graph-unreadable: the file holds no graph");
    expect(refusal(encoded(tableGraph()).subarray(0, -3))).toMatch("graph-unreadable");
    expect(of(tableGraph(), { irVersion: 99n })).toMatch("graph-version");
    expect(of(tableGraph(), { opsetImport: [] })).toMatch("graph-opset");
    expect(
      of(tableGraph(), {
        opsetImport: [
          { domain: "", version: 17n },
          { domain: "ai.onnx", version: 9n },
        ],
      }),
    ).toMatch("graph-opset");
  });
});

describe("inputs and outputs", () => {
  const withInput = (...input: ReturnType<typeof value>[]): string => of({ ...tableGraph(), input });
  const withOutput = (output: ReturnType<typeof value>): string => of({ ...tableGraph(), output: [output] });

  it("refuses other names, types and shapes of inputs", () => {
    expect(withInput(value("words", "int64", [null, 4]))).toMatch(/graph-(cyclic|signature)/);
    expect(withInput(value("tokens", "int64", [null, 4]), value("more", "float", [1]))).toBe(
      'graph-signature: the graph has an input "more", which is not asked for',
    );
    expect(withInput(value("tokens", "int32", [null, 4]))).toBe(
      'graph-signature: input "tokens" has to be of int64, not int32',
    );
    expect(withInput(value("tokens", "int64", [1, 4]))).toBe(
      'graph-signature: input "tokens" has to be of shape [any, 4], not [1, 4]',
    );
    expect(withInput(value("tokens", "int64", [null, 5]))).toMatch("not [any, 5]");
    expect(withInput(value("tokens", "int64", [null]))).toMatch("not [any]");
    expect(withInput({ name: "tokens" })).toMatch("not an open type");
    expect(withInput({ name: "tokens", type: { mapType: new Uint8Array(1) } })).toMatch("is no tensor");
    expect(withInput(value("tokens", "int64", [null, null]))).toBe("accepted");
  });

  it("refuses outputs that are said to be something else", () => {
    expect(withOutput(value("logits", "float", [null, 4, 9]))).toMatch(
      'output "logits" has to be of shape [any, 4, 8]',
    );
    expect(withOutput(value("logits", "double", [null, 4, 8]))).toMatch("not double");
    expect(withOutput(value("table", "float", [null, 4, 8]))).toBe('graph-signature: the graph has no output "logits"');
    expect(withOutput({ name: "logits" })).toBe("accepted");
  });

  it("takes constants that old files list among the inputs for constants", () => {
    expect(withInput(value("tokens", "int64", [null, 4]), value("embedding", "float", [8, 8]))).toBe("accepted");
  });
});
