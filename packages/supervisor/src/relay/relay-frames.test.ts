import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createFrameDecoder,
  encodeFrame,
  frameKinds,
  largestPayloadBytes,
  type Frame,
  type FrameKind,
} from "./relay-frames.ts";

const frames: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom(...(Object.keys(frameKinds) as FrameKind[])),
  stream: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

const plain = (frame: Frame) => ({ ...frame, payload: [...frame.payload] });

describe("relay frames", () => {
  it("come out as they went in, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 20 }), fc.array(fc.nat(400), { maxLength: 60 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodeFrame));
        const decode = createFrameDecoder();
        const got: Frame[] = [];
        let offset = 0;
        for (const cut of [...cuts, bytes.length]) {
          got.push(...decode(bytes.subarray(offset, offset + cut)));
          offset = Math.min(bytes.length, offset + cut);
        }
        expect(got.map(plain)).toEqual(sent.map(plain));
      }),
    );
  });

  it("refuse what is too long or of no kind before they hold it", () => {
    const header = Buffer.alloc(9);
    header.writeUInt32BE(largestPayloadBytes + 1, 0);
    header.writeUInt8(frameKinds.data, 4);
    expect(() => createFrameDecoder()(header)).toThrow();
    const odd = Buffer.alloc(9);
    odd.writeUInt8(77, 4);
    expect(() => createFrameDecoder()(odd)).toThrow();
  });
});
