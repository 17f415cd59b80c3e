export interface Entry {
  readonly dtype?: string;
  readonly shape?: readonly unknown[];
  readonly data_offsets?: readonly unknown[];
  readonly [other: string]: unknown;
}

/** A safetensors file of a header as it is given, and values. */
export function safetensors(
  header: Readonly<Record<string, Entry>> | string,
  values: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + values.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(values, 8 + json.length);
  return file;
}

/** Tensors of F32, one after another. */
export function floatWeights(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, Entry> = {};
  const values: number[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    header[name] = {
      dtype: "F32",
      shape: tensor.shape,
      data_offsets: [4 * values.length, 4 * (values.length + tensor.values.length)],
    };
    values.push(...tensor.values);
  }
  return safetensors(header, new Uint8Array(Float32Array.from(values).buffer));
}
