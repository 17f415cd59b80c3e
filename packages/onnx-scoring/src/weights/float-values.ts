/// <reference lib="esnext.float16" />
import type { StoredTensor } from "./safetensors.ts";

/** The values of a tensor as F32, in memory of their own. */
export function floatValues({ type, bytes }: StoredTensor): Float32Array<ArrayBuffer> {
  // A copy, because values in a file start at any byte.
  const { buffer } = Uint8Array.from(bytes);
  switch (type) {
    case "F32":
      return new Float32Array(buffer);
    case "F16":
      return Float32Array.from(new Float16Array(buffer));
    case "BF16":
      return widened(new Uint16Array(buffer));
  }
}

/** BF16 is the upper half of F32. */
function widened(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) words[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

/** Index of the first value that is no finite number, or -1. */
export function firstNotFinite(values: Float32Array): number {
  for (let index = 0; index < values.length; index += 1) if (!Number.isFinite(values[index])) return index;
  return -1;
}
