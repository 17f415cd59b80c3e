import fc from "fast-check";
import { expect, it } from "vitest";
import { floatValues } from "./float-values.ts";

const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

it("reads F32 from any place of a file", () => {
  const stored = Uint8Array.of(9, ...bytes(Float32Array.of(1.5, -2))).subarray(1);
  expect([...floatValues({ type: "F32", shape: [2], bytes: stored })]).toEqual([1.5, -2]);
});

it("widens F16: ones, the smallest, the largest", () => {
  const stored = bytes(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000));
  expect([...floatValues({ type: "F16", shape: [5], bytes: stored })]).toEqual([1, -2, 2 ** -24, 65_504, -0]);
});

it("widens BF16 to the float whose upper half it is", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      const word = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
      const upper = new Float32Array(Uint32Array.of((word & 0xffff0000) >>> 0).buffer)[0];
      expect(floatValues({ type: "BF16", shape: [1], bytes: bytes(Uint16Array.of(word >>> 16)) })[0]).toBe(upper);
    }),
  );
});
