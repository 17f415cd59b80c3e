import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageDecoder, encodeMessage, largestPartBytes } from "./messages.ts";

const headers = fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 6 });
const messages = fc.array(fc.record({ header: headers, body: fc.uint8Array({ maxLength: 400 }) }), { maxLength: 12 });

/** As JSON carries it: without `-0`, and without what an own `__proto__` does to an object. */
const plain = (header: unknown): unknown => JSON.parse(JSON.stringify(header)) as unknown;

describe("messages", () => {
  it("come out as they went in, however the bytes are cut", () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(300), { maxLength: 60 }), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(({ header, body }) => encodeMessage(header, body)));
        const decode = createMessageDecoder();
        const got = [];
        let offset = 0;
        for (const cut of [...cuts, bytes.length]) {
          got.push(...decode(bytes.subarray(offset, offset + cut)));
          offset = Math.min(bytes.length, offset + cut);
        }
        expect(got.map(({ header, body }) => ({ header, body: [...body] }))).toEqual(
          sent.map(({ header, body }) => ({ header: plain(header), body: [...body] })),
        );
      }),
    );
  });

  it("come out byte by byte, the largest included", () => {
    const body = Buffer.alloc(largestPartBytes, "abc");
    const bytes = encodeMessage({ a: "ä€😀" }, body);
    const decode = createMessageDecoder();
    const head = 64;
    const got = Array.from(bytes.subarray(0, head)).flatMap((byte) => decode(Buffer.from([byte])));
    expect(got).toEqual([]);
    expect(decode(bytes.subarray(head))).toEqual([{ header: { a: "ä€😀" }, body }]);
  });

  it("that are too large are neither sent nor waited for", () => {
    expect(() => encodeMessage({ a: "x".repeat(largestPartBytes) })).toThrow("too large");
    expect(() => encodeMessage({}, new Uint8Array(largestPartBytes + 1))).toThrow("too large");
    for (const at of [0, 4]) {
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32BE(largestPartBytes + 1, at);
      expect(() => createMessageDecoder()(prefix)).toThrow("out of step");
    }
  });

  it("are told from garbage, which never comes out as one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (garbage) => {
        const bytes = Buffer.from(garbage);
        // Short lengths, so that there is something to take for a header.
        bytes.writeUInt32BE(bytes[3] ?? 0, 0);
        bytes.writeUInt32BE(0, 4);
        let got: ReturnType<ReturnType<typeof createMessageDecoder>> = [];
        try {
          got = createMessageDecoder()(bytes);
        } catch {
          return;
        }
        for (const { header } of got) expect(header !== null && typeof header === "object").toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each(["null", "7", '"text"', "true", "[]", "", "{", "{}{}"])("have an object for a header, not %j", (text) => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(text.length, 0);
    expect(() => createMessageDecoder()(Buffer.concat([prefix, Buffer.from(text)]))).toThrow();
  });
});
