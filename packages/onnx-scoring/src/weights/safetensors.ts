import { z } from "zod";
import { printable } from "../printable.ts";
import { refuse } from "../refusal.ts";

type WeightType = "F32" | "F16" | "BF16";

export interface StoredTensor {
  readonly type: WeightType;
  readonly shape: readonly number[];
  /** The values as they lie in the file, not aligned. */
  readonly bytes: Uint8Array;
}

const bytesOf: Readonly<Record<WeightType, number>> = { F32: 4, F16: 2, BF16: 2 };
const longestHeader = 4 * 2 ** 20;
const mostElements = 2 ** 31;
const longestName = 1024;

const entrySchema = z.strictObject({
  dtype: z.enum(["F32", "F16", "BF16"]),
  shape: z.array(z.int().min(0).max(mostElements)).max(16),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Reads a safetensors file: eight bytes of length, a JSON header, and the values without gaps or overlaps. */
export function readSafetensors(file: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8) refuse("weights-unreadable", "this is no safetensors file: it is shorter than its length field");
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(longestHeader, file.length - 8)))
    refuse("weights-unreadable", `this is no safetensors file: its header would be ${length} bytes long`);
  const values = file.subarray(8 + Number(length));
  const tensors = new Map<string, StoredTensor>();
  const spans: { readonly from: number; readonly to: number; readonly name: string }[] = [];
  for (const [name, raw] of Object.entries(header(file.subarray(8, 8 + Number(length))))) {
    if (name === "__metadata__") {
      if (!metadataSchema.safeParse(raw).success) refuse("weights-unreadable", "the metadata are no texts by name");
      continue;
    }
    const shown = printable(name.slice(0, longestName), 100);
    const entry = entrySchema.safeParse(raw);
    if (!entry.success) {
      const [issue] = entry.error.issues;
      return refuse("weights-bad-tensor", `tensor "${shown}": ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
    }
    const { dtype: type, shape, data_offsets: [from, to] } = entry.data; // prettier-ignore
    const elements = shape.reduce((all, size) => all * size, 1);
    if (elements > mostElements || to > values.length || to - from !== elements * bytesOf[type])
      refuse("weights-bad-tensor", `tensor "${shown}" does not lie where its sizes and offsets say`);
    tensors.set(name, { type, shape, bytes: values.subarray(from, to) });
    spans.push({ from, to, name: shown });
  }
  let end = 0;
  for (const { from, to, name } of spans.sort((left, right) => left.from - right.from || left.to - right.to)) {
    if (from !== end) refuse("weights-bad-tensor", `tensor "${name}" leaves a gap, or overlaps another`);
    end = to;
  }
  if (end !== values.length) refuse("weights-bad-tensor", `${values.length - end} bytes belong to no tensor`);
  return tensors;
}

function header(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return refuse("weights-unreadable", `the header of the safetensors file is no JSON: ${(error as Error).message}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return refuse("weights-unreadable", "the header of the safetensors file is no JSON object");
  return parsed as Readonly<Record<string, unknown>>;
}
