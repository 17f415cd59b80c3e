import { describe, expect, it } from "vitest";
import { floatWeights, safetensors, type Entry } from "../../test/build-weights.ts";
import { Refusal } from "../refusal.ts";
import { inspectWeights } from "./inspect-weights.ts";

const tensors = { a: [2, 2], b: [3] };
const good = floatWeights({ a: { shape: [2, 2], values: [1, 2, 3, 4] }, b: { shape: [3], values: [5, 6, 7] } });

function refusal(file: Uint8Array, expected: Readonly<Record<string, readonly number[]>> = tensors): string {
  try {
    inspectWeights(file, { tensors: expected });
    return "accepted";
  } catch (error) {
    if (error instanceof Refusal) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const one = (entry: Entry, bytes = 8): string =>
  refusal(safetensors({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } }, new Uint8Array(bytes)), {
    x: [2],
  });

it("accepts exactly the expected tensors, and counts their values", () => {
  expect(inspectWeights(good, { tensors })).toEqual({ status: "accepted", parameters: 7 });
  expect(refusal(safetensors("{}   "), {})).toBe("accepted");
  const described = { __metadata__: { format: "pt" }, x: { dtype: "F16", shape: [2], data_offsets: [0, 4] } };
  expect(refusal(safetensors(described, new Uint8Array(4)), { x: [2] })).toBe("accepted");
});

describe("tensors", () => {
  it("refuses missing ones, others and other shapes", () => {
    expect(refusal(good, { ...tensors, c: [1] })).toBe('weights-names: tensor "c" is missing');
    expect(refusal(good, { a: [2, 2] })).toBe('weights-names: tensor "b" is not asked for');
    expect(refusal(good, { ...tensors, b: [3, 1] })).toBe(
      'weights-shape: tensor "b" has to be of shape [3, 1], not [3]',
    );
    expect(refusal(good, { ...tensors, a: [4, 1] })).toMatch("not [2, 2]");
    expect(refusal(safetensors({ __proto__x: {} }), {})).toMatch("weights-bad-tensor");
    expect(
      refusal(safetensors('{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', new Uint8Array(4)), {}),
    ).toBe('weights-names: tensor "__proto__" is not asked for');
  });

  it.each([
    ["NaN", Number.NaN],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
  ])("refuses %s", (name, bad) => {
    const file = floatWeights({ a: { shape: [2, 2], values: [1, 2, bad, 4] }, b: { shape: [3], values: [5, 6, 7] } });
    expect(refusal(file)).toBe(`weights-not-finite: value 2 of tensor "a" is ${name}`);
  });

  it("refuses values of which runtimes make different things", () => {
    const file = floatWeights({
      a: { shape: [2, 2], values: [1, 2, -1e23, 4] },
      b: { shape: [3], values: [5, 6, 1e9] },
    });
    expect(refusal(file)).toMatch(/^weights-too-large: value 2 of tensor "a" is -9.99\d+e\+22/);
  });

  it("refuses infinities of half precision", () => {
    const half = (dtype: string, bits: number): string =>
      refusal(
        safetensors({ x: { dtype, shape: [1], data_offsets: [0, 2] } }, new Uint8Array(Uint16Array.of(bits).buffer)),
        { x: [1] },
      );
    expect(half("F16", 0x7c00)).toMatch("weights-not-finite");
    expect(half("BF16", 0x7f80)).toMatch("weights-not-finite");
    expect(half("F16", 0x7bff)).toBe("accepted");
  });

  it.each(["F64", "I8", "U8", "I64", "BOOL", "F8_E4M3", "", 5])("refuses type %s", (dtype) => {
    expect(one({ dtype: dtype as string })).toMatch(/^weights-bad-tensor: tensor "x": dtype/);
  });

  it.each([
    ["negative", [-2]],
    ["broken", [0.5, 4]],
    ["no numbers", ["2"]],
    ["overflowing", [2 ** 31, 2 ** 31, 2 ** 31]],
    ["huge", [2 ** 60]],
    ["too many", Array.from({ length: 17 }, () => 1)],
  ])("refuses sizes that are %s", (_, shape) => {
    expect(one({ shape })).toMatch("weights-bad-tensor");
  });

  it("refuses offsets out of bounds, reversed, or of another length than the sizes", () => {
    expect(one({ data_offsets: [0, 16] })).toMatch("does not lie where");
    expect(one({ data_offsets: [8, 0] })).toMatch("does not lie where");
    expect(one({ data_offsets: [-8, 0] })).toMatch("weights-bad-tensor");
    expect(one({ data_offsets: [0, 4] })).toMatch("does not lie where");
    expect(one({ data_offsets: [0, 8, 8] })).toMatch("weights-bad-tensor");
    expect(one({ data_offsets: [0, 2 ** 53] })).toMatch("weights-bad-tensor");
    expect(one({ strides: [1] })).toMatch("weights-bad-tensor");
  });

  it("refuses overlaps, gaps and bytes of nobody", () => {
    const pair = (first: number[], second: number[], bytes: number): string =>
      refusal(
        safetensors(
          {
            x: { dtype: "F32", shape: [2], data_offsets: first },
            y: { dtype: "F32", shape: [2], data_offsets: second },
          },
          new Uint8Array(bytes),
        ),
        { x: [2], y: [2] },
      );
    expect(pair([0, 8], [8, 16], 16)).toBe("accepted");
    expect(pair([8, 16], [0, 8], 16)).toBe("accepted");
    expect(pair([0, 8], [0, 8], 8)).toMatch("overlaps");
    expect(pair([0, 8], [4, 12], 12)).toMatch("overlaps");
    expect(pair([0, 8], [12, 20], 20)).toMatch("gap");
    expect(pair([4, 12], [12, 20], 20)).toMatch("gap");
    expect(pair([0, 8], [8, 16], 20)).toBe("weights-bad-tensor: 4 bytes belong to no tensor");
  });
});

describe("header", () => {
  it("refuses what is none", () => {
    expect(refusal(new Uint8Array(7))).toMatch("shorter than its length");
    expect(refusal(new Uint8Array(8).fill(255))).toMatch("18446744073709551615 bytes");
    expect(refusal(good.subarray(0, 20))).toMatch("weights-unreadable");
    expect(refusal(good.subarray(0, -1))).toMatch("does not lie where");
    expect(refusal(safetensors("[]"))).toMatch("no JSON object");
    expect(refusal(safetensors("null"))).toMatch("no JSON object");
    expect(refusal(safetensors('{"a":'))).toMatch("no JSON");
    expect(refusal(safetensors('{"a": 5}'))).toMatch("weights-bad-tensor");
    expect(refusal(safetensors('{"__metadata__": {"a": 5}}'), {})).toMatch("metadata");
  });

  it("refuses text that is no UTF-8, and an endless nesting", () => {
    const file = safetensors('{"x": 1}');
    file[11] = 0xff;
    expect(refusal(file)).toMatch("no JSON");
    expect(refusal(safetensors(`${'{"x":'.repeat(200_000)}1${"}".repeat(200_000)}`))).toMatch(/^weights-/);
  });

  it("refuses a header of more than four megabytes", () => {
    expect(refusal(safetensors(`{${" ".repeat(4 * 2 ** 20)}}`), {})).toMatch("weights-unreadable");
  });

  it("shows names without what a terminal would heed", () => {
    expect(refusal(safetensors({ ["\u001b[2J\u202e" + "x".repeat(5000)]: {} }), {})).toMatch(
      /^weights-bad-tensor: tensor "�\[2J�x{90,100}…"/,
    );
  });
});
