import type { TensorType } from "@rebench/task-kit";

/** Element types that graphs may hold. Quantised, complex, string and 8-bit float types are refused. */
export type ElementType = TensorType | "double" | "bool";

interface Element {
  readonly name: ElementType;
  /** Number in the ONNX standard. */
  readonly number: number;
  /** Bytes of an element. */
  readonly bytes: number;
  /** Field of a tensor that holds its values where they are not in `raw_data`. */
  readonly field: "floatData" | "int32Data" | "int64Data" | "doubleData";
  readonly floating: boolean;
}

const elements: readonly Element[] = [
  { name: "float", number: 1, bytes: 4, field: "floatData", floating: true },
  { name: "int32", number: 6, bytes: 4, field: "int32Data", floating: false },
  { name: "int64", number: 7, bytes: 8, field: "int64Data", floating: false },
  { name: "bool", number: 9, bytes: 1, field: "int32Data", floating: false },
  { name: "float16", number: 10, bytes: 2, field: "int32Data", floating: true },
  { name: "double", number: 11, bytes: 8, field: "doubleData", floating: true },
];

export const elementByNumber: ReadonlyMap<number, Element> = new Map(elements.map((each) => [each.number, each]));
export const elementByName: ReadonlyMap<string, Element> = new Map(elements.map((each) => [each.name, each]));

/** Names of the types that are refused, for messages. */
const refusedNames: Readonly<Record<number, string>> = {
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  8: "string",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8",
  18: "float8",
  19: "float8",
  20: "float8",
  21: "uint4",
  22: "int4",
  23: "float4",
};

export const elementName = (number: number): string =>
  elementByNumber.get(number)?.name ?? refusedNames[number] ?? `type ${number}`;
