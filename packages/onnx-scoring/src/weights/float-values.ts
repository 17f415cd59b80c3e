/// <reference lib="esnext.float16" />
import { refuse } from "../refusal.ts";
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

/** Far above any weight that was trained, and far below where squares and sums in F32 overflow, of which runtimes make different things. */
const largestWeight = 1e9;

/** Index of the first value that is no finite number, or larger than {@link largestWeight} in size; -1 where there is none. */
function firstUnusable(values: Float32Array): number {
  for (let index = 0; index < values.length; index += 1)
    if (!(Math.abs(values[index] ?? Number.NaN) <= largestWeight)) return index;
  return -1;
}

/** Refuses a tensor that has such a value. */
export function checkValues(values: Float32Array, name: string): void {
  const bad = firstUnusable(values);
  if (bad === -1) return;
  const value = values[bad] ?? Number.NaN;
  if (!Number.isFinite(value)) refuse("weights-not-finite", `value ${bad} of tensor "${name}" is ${value}`);
  refuse("weights-too-large", `value ${bad} of tensor "${name}" is ${value}; none may be larger than ${largestWeight}`);
}
