import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise, normaliseUnclipped } from "./normalise.ts";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe("normalise", () => {
  it("gives METR's published normalised scores from their raw scores and anchors", () => {
    const triton = { start: 1.5535302804958044, reference: 0.4700036292457356 };
    expect(normalise(-0.405465, triton)).toBeCloseTo(1.808, 3);
    expect(normalise(1.42712, triton)).toBeCloseTo(0.1167, 4);
    expect(normaliseUnclipped(1.56065, triton)).toBeCloseTo(-0.0066, 4);
    expect(normalise(1.56065, triton)).toBe(0);
  });

  it("maps start to 0 and reference to 1, whichever way is better, and has no ceiling", () => {
    fc.assert(
      fc.property(finite, finite, (start, reference) => {
        fc.pre(Math.abs(reference - start) > 1e-6);
        expect(normalise(start, { start, reference })).toBe(0);
        expect(normalise(reference, { start, reference })).toBe(1);
        expect(normalise(2 * reference - start, { start, reference })).toBeCloseTo(2, 6);
      }),
    );
  });

  it("refuses equal anchors and numbers that are not finite", () => {
    expect(() => normalise(1, { start: 2, reference: 2 })).toThrow("anchors differ");
    expect(() => normalise(Number.NaN, { start: 1, reference: 2 })).toThrow("finite");
  });
});
