import { encoded, longs, node, subgraph, tableGraph, value, type Graph } from "./build-graph.ts";

const truth = (name: string) => ({ name, dataType: 9, rawData: Uint8Array.of(1) });

/** Runs until it is stopped. */
export function endlessGraph(): Uint8Array {
  const body: Graph = {
    node: [node("Identity", ["go"], ["on"]), node("Relu", ["x"], ["y"])],
    input: [value("turn", "int64", []), value("go", "bool", []), value("x", "float", [null, 4, 8])],
    output: [value("on", "bool", []), value("y", "float", [null, 4, 8])],
  };
  const loop = node("Loop", ["turns", "true", "table"], ["logits"], [subgraph("body", body)]);
  return encoded(tableGraph([loop], { initializer: [longs("turns", [2 ** 52], []), truth("true")] }));
}

/** Takes so many megabytes once it runs. */
export function largeGraph(megabytes: number): Uint8Array {
  const nodes = [
    node("ConstantOfShape", ["size"], ["large"]),
    node("Gather", ["large", "first"], ["few"]),
    node("Add", ["table", "few"], ["logits"]),
  ];
  return encoded(
    tableGraph(nodes, { initializer: [longs("size", [megabytes * 2 ** 15, 8]), longs("first", [0], [])] }),
  );
}

/** A file whose content takes some sixteen times its size in JavaScript. */
export function swellingGraph(values: number): Uint8Array {
  return encoded(tableGraph(undefined, { initializer: [{ name: "c", dataType: 7, dims: [BigInt(values)], int64Data: new Array<bigint>(values).fill(1n) }] })); // prettier-ignore
}
