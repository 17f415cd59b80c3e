import { clone, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, type ModelProto } from "../src/format/onnx_pb.ts";

/** Numbers in 0…1 that follow from a seed. */
export type Chance = () => number;

export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  // The generator mulberry32.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Mutation = (bytes: Uint8Array, chance: Chance) => Uint8Array;

const below = (chance: Chance, end: number): number => Math.floor(chance() * end);
const pick = <Item>(chance: Chance, items: readonly Item[]): Item | undefined => items[below(chance, items.length)];

const flipBytes: Mutation = (bytes, chance) => {
  const copy = Uint8Array.from(bytes);
  for (let count = 1 + below(chance, 8); count > 0; count -= 1) copy[below(chance, copy.length)] = below(chance, 256);
  return copy;
};
/** Near the start lie names, types and sizes; a flip there changes more than one value. */
const flipEarly: Mutation = (bytes, chance) => {
  const copy = Uint8Array.from(bytes);
  copy[below(chance, Math.min(1500, copy.length))] = below(chance, 256);
  return copy;
};
const truncate: Mutation = (bytes, chance) => bytes.subarray(0, below(chance, bytes.length));
const splice: Mutation = (bytes, chance) => {
  const [from, to] = [below(chance, bytes.length), below(chance, bytes.length)];
  const length = below(chance, 200);
  const copy = Uint8Array.from(bytes);
  copy.set(bytes.subarray(from, Math.min(from + length, bytes.length - Math.max(0, to - from))), to);
  return copy;
};
const insert: Mutation = (bytes, chance) => {
  const [from, at] = [below(chance, bytes.length), below(chance, bytes.length)];
  return Uint8Array.of(
    ...bytes.subarray(0, at),
    ...bytes.subarray(from, from + below(chance, 40)),
    ...bytes.subarray(at),
  );
};

const bytewise = [flipBytes, flipEarly, truncate, splice, insert];

const oddSizes = [-1n, 0n, 1n, 3n, 2n ** 31n, 2n ** 62n, -(2n ** 63n)];
const operators = ["Add", "Div", "Exp", "MatMul", "Relu", "Reshape", "Gather", "Loop", "If", "Scan", "Nonsense", "Softmax", "ConstantOfShape", "Shape"]; // prettier-ignore

/** Changes of a graph that stays a well-formed file. */
const graphEdits: readonly ((model: ModelProto, chance: Chance) => void)[] = [
  ({ graph }, chance) => {
    const tensor = pick(chance, graph?.initializer ?? []);
    if (tensor !== undefined && tensor.dims.length > 0)
      tensor.dims[below(chance, tensor.dims.length)] = pick(chance, oddSizes) ?? 0n;
  },
  ({ graph }, chance) => {
    const tensor = pick(chance, graph?.initializer ?? []);
    tensor?.dims.reverse();
  },
  ({ graph }, chance) => {
    const tensor = pick(chance, graph?.initializer ?? []);
    if (tensor !== undefined) tensor.dataType = below(chance, 25);
  },
  ({ graph }, chance) => {
    const tensor = pick(chance, graph?.initializer ?? []);
    if (tensor !== undefined) tensor.rawData = Uint8Array.from(flipBytes(tensor.rawData, chance));
  },
  ({ graph }, chance) => {
    const node = pick(chance, graph?.node ?? []);
    if (node !== undefined) node.opType = pick(chance, operators) ?? "";
  },
  ({ graph }, chance) => {
    const node = pick(chance, graph?.node ?? []);
    const other = pick(chance, graph?.node ?? []);
    if (node !== undefined)
      node.input[below(chance, node.input.length)] = pick(chance, [...(other?.output ?? []), "", "tokens"]) ?? "";
  },
  ({ graph }, chance) => {
    const node = pick(chance, graph?.node ?? []);
    if (node !== undefined) node.output[0] = pick(chance, ["logits", "tokens", "", "\u0000", "x".repeat(3000)]) ?? "";
  },
  ({ graph }, chance) => void graph?.node.splice(below(chance, graph.node.length), 1),
  ({ graph }, chance) => {
    const node = pick(chance, graph?.node ?? []);
    if (node !== undefined) graph?.node.push(node);
  },
  ({ graph }, chance) => void graph?.node.sort(() => chance() - 0.5),
  ({ graph }, chance) => {
    const attribute = pick(chance, graph?.node.flatMap((node) => node.attribute) ?? []);
    if (attribute === undefined) return;
    attribute.i = pick(chance, oddSizes) ?? 0n;
    attribute.ints = attribute.ints.map(() => pick(chance, oddSizes) ?? 0n);
  },
  ({ graph }, chance) => {
    const attribute = pick(chance, graph?.node.flatMap((node) => node.attribute) ?? []);
    if (attribute !== undefined) attribute.type = below(chance, 16);
  },
  (model, chance) => {
    const node = pick(chance, model.graph?.node ?? []);
    if (node !== undefined && model.graph !== undefined)
      node.attribute.push(...clone(ModelProtoSchema, model).graph!.node.flatMap((each) => each.attribute).slice(0, 2)); // prettier-ignore
  },
  (model, chance) => {
    const [version] = model.opsetImport;
    if (version !== undefined) version.version = BigInt(below(chance, 40));
  },
  ({ graph }, chance) => {
    const dimension = pick(chance, graph?.input[0]?.type?.tensorType?.shape?.dim ?? []);
    if (dimension !== undefined) dimension.dimValue = pick(chance, oddSizes) ?? 0n;
  },
];

const editGraph: Mutation = (bytes, chance) => {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (let count = 1 + below(chance, 2); count > 0; count -= 1) pick(chance, graphEdits)?.(model, chance);
  return toBinary(ModelProtoSchema, model);
};

export function mutatedGraph(bytes: Uint8Array, chance: Chance): Uint8Array {
  return chance() < 0.6 ? editGraph(bytes, chance) : (pick(chance, bytewise) ?? flipBytes)(bytes, chance);
}

type Header = Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;

const headerEdits: readonly ((header: Header, chance: Chance) => void)[] = [
  (header, chance) =>
    void ((pick(chance, Object.values(header)) ?? { dtype: "" }).dtype =
      pick(chance, ["F16", "BF16", "F64", "I32", ""]) ?? ""),
  (header, chance) => void pick(chance, Object.values(header))?.shape.reverse(),
  (header, chance) => void pick(chance, Object.values(header))?.shape.push(pick(chance, [1, 0, -1, 1e9, 0.5]) ?? 1),
  (header, chance) => {
    const offsets = pick(chance, Object.values(header))?.data_offsets ?? [];
    offsets[below(chance, 2)] = below(chance, 40_000) - 100;
  },
  // Two tensors of one size change places, which no reader can see.
  (header, chance) => {
    const one = pick(chance, Object.values(header));
    const other = Object.values(header).find((each) => each !== one && String(each.shape) === String(one?.shape));
    if (one !== undefined && other !== undefined)
      [one.data_offsets, other.data_offsets] = [other.data_offsets, one.data_offsets];
  },
  (header, chance) => {
    const name = pick(chance, Object.keys(header)) ?? "";
    const entry = header[name];
    delete header[name];
    if (entry !== undefined && chance() < 0.5) header[`${name}\u0007`] = entry;
  },
];

const editHeader: Mutation = (bytes, chance) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
  pick(chance, headerEdits)?.(header, chance);
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(json.length), true);
  return Buffer.concat([size, json, bytes.subarray(8 + length)]);
};

/** Flips bits of values alone, so that the file stays one that can be read. */
const flipValues: Mutation = (bytes, chance) => {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const copy = Uint8Array.from(bytes);
  for (let count = 1 + below(chance, 5); count > 0; count -= 1) {
    const at = start + below(chance, copy.length - start);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(chance, 8));
  }
  return copy;
};

export function mutatedWeights(bytes: Uint8Array, chance: Chance): Uint8Array {
  const kind = chance();
  if (kind < 0.4) return flipValues(bytes, chance);
  return (kind < 0.7 ? editHeader : (pick(chance, bytewise) ?? flipBytes))(bytes, chance);
}
