import type { GraphProto, NodeProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { nodeName } from "./operators.ts";
import type { ProbedValue } from "./probe.ts";

type Values = ReadonlyMap<string, ProbedValue>;

/**
 * Floating-point operations of one run, by the shapes of a run: products count twice for each multiplication and addition, windows once
 * for each element that they look at, everything else once for each element of its largest input or output.
 */
export function flopsOf(graph: GraphProto, values: Values): number {
  let sum = 0;
  for (const [index, node] of graph.node.entries()) {
    if (node.attribute.some(({ g }) => g !== undefined))
      refuse(
        "graph-flops",
        `${nodeName(node, index)} (${node.opType}) has a subgraph, and what that costs cannot be told`,
      );
    sum += (costs[node.opType] ?? elementwise)(new Shapes(node, nodeName(node, index), values));
  }
  return sum;
}

class Shapes {
  readonly node: NodeProto;
  readonly name: string;
  readonly #values: Values;

  constructor(node: NodeProto, name: string, values: Values) {
    this.node = node;
    this.name = name;
    this.#values = values;
  }

  input(index: number): readonly number[] {
    return this.#values.get(this.node.input[index] ?? "")?.shape ?? [];
  }

  output(index: number): readonly number[] {
    return this.#values.get(this.node.output[index] ?? "")?.shape ?? [];
  }

  integer(name: string, otherwise: number): number {
    const attribute = this.node.attribute.find((each) => each.name === name);
    return attribute === undefined ? otherwise : Number(attribute.i);
  }

  integers(name: string): readonly number[] {
    return this.node.attribute.find((each) => each.name === name)?.ints.map(Number) ?? [];
  }
}

type Cost = (shapes: Shapes) => number;

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

const elementwise: Cost = (shapes) =>
  Math.max(
    0,
    ...shapes.node.input.map((name, index) => (name === "" ? 0 : product(shapes.input(index)))),
    ...shapes.node.output.map((name, index) => (name === "" ? 0 : product(shapes.output(index)))),
  );

const matMul: Cost = (shapes) => 2 * product(shapes.output(0)) * (shapes.input(0).at(-1) ?? 1);

const gemm: Cost = (shapes) => {
  const inner = shapes.input(0)[shapes.integer("transA", 0) === 0 ? 1 : 0] ?? 1;
  return product(shapes.output(0)) * (2 * inner + (shapes.input(2).length > 0 ? 1 : 0));
};

/** Each output looks at `channels / group` × window elements of the input: what a filter holds. */
const convolution: Cost = (shapes) =>
  product(shapes.output(0)) * (2 * product(shapes.input(1).slice(1)) + (shapes.node.input.length > 2 ? 1 : 0));

const transposedConvolution: Cost = (shapes) =>
  2 * product(shapes.input(0)) * product(shapes.input(1).slice(1)) + product(shapes.output(0));

const pooling: Cost = (shapes) => product(shapes.output(0)) * product(shapes.integers("kernel_shape"));

/** Every operand is multiplied in, and the result added, for every value of all indices. */
const einsum: Cost = (shapes) => {
  const equation = new TextDecoder()
    .decode(shapes.node.attribute.find(({ name }) => name === "equation")?.s)
    .replaceAll(" ", "");
  const operands = (equation.split("->")[0] ?? "").split(",");
  const sizes = new Map<string, number>();
  for (const [index, operand] of operands.entries()) {
    if (operand.includes("."))
      return refuse("graph-flops", `${shapes.name} is an Einsum with an ellipsis; name all of its indices`);
    for (const [at, letter] of [...operand].entries())
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, shapes.input(index)[at] ?? 1));
  }
  return operands.length * product([...sizes.values()]);
};

const uncounted: Cost = (shapes) =>
  refuse("graph-flops", `${shapes.name} uses ${shapes.node.opType}, and what that costs cannot be told`);

const costs: Readonly<Record<string, Cost>> = {
  MatMul: matMul,
  Gemm: gemm,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Einsum: einsum,
  AveragePool: pooling,
  LpPool: pooling,
  MaxPool: pooling,
  Attention: uncounted,
  ConvInteger: uncounted,
  DFT: uncounted,
  DeformConv: uncounted,
  Det: uncounted,
  GRU: uncounted,
  GridSample: uncounted,
  LSTM: uncounted,
  MatMulInteger: uncounted,
  QLinearConv: uncounted,
  QLinearMatMul: uncounted,
  RNN: uncounted,
  STFT: uncounted,
};
