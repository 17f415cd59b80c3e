import type { GraphRules } from "@rebench/task-kit";
import { describe, expect, it } from "vitest";
import {
  columns,
  encoded,
  floats,
  integer,
  integers,
  longs,
  node,
  rules,
  subgraph,
  tableGraph,
  tensor,
  text,
  value,
  vocabulary,
  type Graph,
  type Node,
} from "../../test/build-graph.ts";
import { Refusal } from "../refusal.ts";
import { inspectGraph } from "./inspect-graph.ts";

async function verdict(
  graph: Graph,
  more: Partial<GraphRules> = {},
): Promise<string | { flops: number | null; parameters: number }> {
  try {
    const { flops, parameters } = await inspectGraph(encoded(graph), { ...rules, ...more });
    return { flops, parameters };
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const to = (type: number) => integer("to", type);
const table = columns * vocabulary;
const boolean = 9;
const float = 1;
const half = 10;
const long = 7;

describe("the first run", () => {
  it("refuses an opset out of range", async () => {
    expect(await verdict(tableGraph(), { opset: { min: 18, max: 20 } })).toBe(
      "graph-opset: the graph uses version 17 of the operator set; 18 to 20 are allowed",
    );
  });

  it("refuses a graph whose output is not what it says", async () => {
    const output = [{ name: "logits" }];
    expect(await verdict({ ...tableGraph([node("Transpose", ["table"], ["logits"])]), output })).toBe(
      'graph-signature: output "logits" has to be of shape [1, 4, 8] here, and is [8, 4, 1]',
    );
    expect(await verdict({ ...tableGraph([node("Cast", ["table"], ["logits"], [to(half)])]), output })).toBe(
      'graph-signature: output "logits" has to be of float, and is of float16',
    );
  });

  it("refuses a graph that the runtime cannot load or run, in the runtime's words", async () => {
    expect(await verdict(tableGraph([node("Relu", ["table"], ["logits"], [integer("nonsense", 1)])]))).toMatch(
      /^graph-not-loaded: .*nonsense/,
    );
    const graph = tableGraph([node("Reshape", ["table", "shape"], ["logits"])], {
      initializer: [longs("shape", [3, 5])],
    });
    expect(await verdict({ ...graph, output: [{ name: "logits" }] })).toMatch(/^graph-not-(run|loaded): /);
  });
});

describe("parameters", () => {
  it("counts floating-point constants in initializers, nodes and subgraphs", async () => {
    const added = node("Constant", [], ["more"], [tensor("value", floats("", [vocabulary]))]);
    const listed = node("Constant", [], ["three"], [{ name: "value_floats", type: 6, floats: [1, 2, 3] }]);
    const branch: Graph = {
      node: [node("Constant", [], ["b"], [tensor("value", floats("", [1, columns, vocabulary]))])],
      output: [value("b", "float", [1, 4, 8])],
    };
    const graph = tableGraph(
      [added, listed, node("If", ["c"], ["i"], [subgraph("then_branch", branch), subgraph("else_branch", branch)]), node("Add", ["table", "more"], ["s"]), node("Add", ["s", "i"], ["logits"])], // prettier-ignore
      { initializer: [{ name: "c", dataType: boolean, rawData: Uint8Array.of(1) }, longs("unused", [1, 2, 3])] },
    );
    expect(await verdict(graph)).toEqual({ flops: null, parameters: 64 + 8 + 3 + 2 * 32 });
  });
});

describe("casts", () => {
  const restricted = { casts: "integer-to-any-and-between-floats" } as const;
  const through = (type: number): Graph =>
    tableGraph([node("Cast", ["table"], ["c"], [to(type)]), node("Cast", ["c"], ["logits"], [to(float)])]);

  it("lets floats become floats, and integers anything", async () => {
    expect(await verdict(through(half), restricted)).toMatchObject({ parameters: 64 });
    const masked = [
      node("Cast", ["tokens"], ["m"], [to(boolean)]),
      node("Cast", ["m"], ["f"], [to(float)]),
      node("Reshape", ["f", "shape"], ["r"]),
      node("Mul", ["table", "r"], ["logits"]),
    ];
    expect(await verdict(tableGraph(masked, { initializer: [longs("shape", [-1, 4, 1])] }), restricted)).toMatchObject({
      parameters: 64,
    });
  });

  it.each([
    ["int64", long],
    ["bool", boolean],
    ["uint8", 2],
  ])("refuses float to %s", async (name, type) => {
    expect(await verdict(through(type), restricted)).toBe(
      `graph-cast: node "c" casts float to ${name}, which is not allowed`,
    );
    expect(await verdict(through(type))).toMatchObject({ parameters: 64 });
  });

  it("sees through CastLike, constants and functions", async () => {
    const like = tableGraph([
      node("CastLike", ["table", "tokens"], ["c"]),
      node("Cast", ["c"], ["logits"], [to(float)]),
    ]);
    expect(await verdict(like, { ...restricted, operators: [...rules.operators, "CastLike"] })).toMatch(
      "casts float to int64",
    );
    const constant = [node("Cast", ["k"], ["c"], [to(long)]), node("Identity", ["table"], ["logits"])];
    expect(await verdict(tableGraph(constant, { initializer: [floats("k", [1])] }), restricted)).toMatch(
      "casts float to int64",
    );
    const inFunction = encoded(tableGraph([node("round", ["table"], ["logits"], [], { domain: "mine" })]), {
      functions: [
        {
          name: "round",
          domain: "mine",
          input: ["x"],
          output: ["y"],
          opsetImport: [{ version: 17n }],
          node: [node("Cast", ["x"], ["i"], [to(long)], { name: "hidden" }), node("Cast", ["i"], ["y"], [to(float)])],
        },
      ],
    });
    await expect(inspectGraph(inFunction, { ...rules, ...restricted })).rejects.toThrow(
      'node "hidden" casts float to int64',
    );
  });

  it("refuses casts in subgraphs, where types are not known", async () => {
    const branch: Graph = {
      node: [node("Cast", ["table"], ["b"], [to(float)])],
      output: [value("b", "float", [1, 4, 8])],
    };
    const choice = node("If", ["c"], ["logits"], [subgraph("then_branch", branch), subgraph("else_branch", branch)]);
    const graph = tableGraph([choice], { initializer: [{ name: "c", dataType: boolean, rawData: Uint8Array.of(1) }] });
    expect(await verdict(graph, restricted)).toMatch("casts in a subgraph of");
    expect(await verdict(graph)).toMatchObject({ parameters: 64 });
  });
});

describe("floating-point operations of a row", () => {
  const gather = 64;
  const flops = async (nodes: Node[], more: Graph = {}, operators: string[] = []): Promise<unknown> => {
    const answer = await verdict(tableGraph(nodes, more), {
      maxFlops: 1e6,
      operators: [...rules.operators, ...operators],
    });
    return typeof answer === "string" ? answer : (answer.flops ?? 0) - gather;
  };

  it("counts a product as two for each multiplication and addition", async () => {
    const square = { initializer: [floats("w", [8, 8])] };
    expect(await flops([node("MatMul", ["table", "w"], ["logits"])], square)).toBe(2 * 4 * 8 * 8);
    expect(
      await flops([node("Einsum", ["table", "w"], ["logits"], [text("equation", "btk, kn -> btn")])], square),
    ).toBe(2 * 4 * 8 * 8);
    const flat = [longs("flat", [-1, 8]), longs("back", [-1, 4, 8]), floats("bias", [8]), floats("w", [8, 8])];
    const gemm = (attributes: ReturnType<typeof integer>[]): Node[] => [
      node("Reshape", ["table", "flat"], ["f"]),
      node("Gemm", ["f", "w", "bias"], ["g"], attributes),
      node("Reshape", ["g", "back"], ["logits"]),
    ];
    expect(await flops(gemm([integer("transB", 1)]), { initializer: flat })).toBe(2 * 4 * 8 * 8 + table + 2 * table);
  });

  it("counts convolutions by what a filter holds", async () => {
    const across = [
      node("Transpose", ["table"], ["t"], [integers("perm", [0, 2, 1])]),
      node("Conv", ["t", "filter"], ["c"], [integers("pads", [1, 1]), integer("group", 2)]),
      node("Transpose", ["c"], ["logits"], [integers("perm", [0, 2, 1])]),
    ];
    expect(await flops(across, { initializer: [floats("filter", [8, 4, 3])] })).toBe(2 * (table * 4 * 3) + 2 * table);
  });

  it("counts everything else by its elements", async () => {
    expect(await flops([node("Relu", ["table"], ["logits"])])).toBe(table);
  });

  it("refuses more than is allowed", async () => {
    expect(await verdict(tableGraph(), { maxFlops: 95 })).toBe(
      "graph-flops: the graph takes 96 floating-point operations for a row; 95 are allowed",
    );
    expect(await verdict(tableGraph(), { maxFlops: 96 })).toMatchObject({ flops: 96 });
  });

  it("refuses what cannot be counted", async () => {
    const branch: Graph = { node: [node("Relu", ["table"], ["r"])], output: [value("r", "float", [1, 4, 8])] };
    const choice = node("If", ["c"], ["logits"], [subgraph("then_branch", branch), subgraph("else_branch", branch)]);
    expect(
      await flops([choice], { initializer: [{ name: "c", dataType: boolean, rawData: Uint8Array.of(1) }] }),
    ).toMatch("has a subgraph");
    const dots = [text("equation", "...k,kn->...n")];
    expect(
      await flops([node("Einsum", ["table", "w"], ["logits"], dots)], { initializer: [floats("w", [8, 8])] }),
    ).toMatch("ellipsis");
    expect(
      await flops([node("Det", ["embedding"], ["d"]), node("Identity", ["table"], ["logits"])], {}, ["Det"]),
    ).toMatch('graph-flops: node "d" uses Det');
  });

  it("refuses sizes that depend on the data: a run on zeros says nothing of others", async () => {
    const grown = [
      node("Gather", ["tokens", "first"], ["f"], [integer("axis", 1)]),
      node("Gather", ["f", "first"], ["size"]),
      node("Reshape", ["size", "one"], ["shape"]),
      node("ConstantOfShape", ["shape"], ["costly"]),
      node("Identity", ["table"], ["logits"]),
    ];
    const initializer = [longs("first", [0], []), longs("one", [1])];
    expect(await flops(grown, { initializer })).toBe(
      'graph-flops: node "costly" (ConstantOfShape) gives a size that depends on the data; sizes may depend on shapes alone',
    );
    const kept = [node("NonZero", ["tokens"], ["n"]), node("Identity", ["table"], ["logits"])];
    expect(await flops(kept, {}, ["NonZero"])).toMatch('node "n" (NonZero) gives a size that depends on the data');
    const shaped = [
      node("Shape", ["tokens"], ["s"]),
      node("Expand", ["zero", "s"], ["e"]),
      node("Identity", ["table"], ["logits"]),
    ];
    expect(await flops(shaped, { initializer: [floats("zero", [1, 1])] })).toBeTypeOf("number");
  });
});
