import { once } from "node:events";
import { duplexPair, type Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMultiplexer } from "./multiplexer.ts";
import { initialWindowBytes } from "./relay-frames.ts";

function pair(onOpen: (stream: Duplex) => void) {
  const [near, far] = duplexPair();
  return { near, opener: createMultiplexer(near, () => undefined), taker: createMultiplexer(far, onOpen) };
}

describe("multiplexer", () => {
  it("carries many streams both ways at once", async () => {
    const bodies = fc.array(fc.array(fc.uint8Array({ maxLength: 90_000 }), { maxLength: 6 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(bodies, async (chunked) => {
        const { opener } = pair((stream) => stream.pipe(stream));
        await Promise.all(
          chunked.map(async (chunks) => {
            const stream = opener.open();
            const back = buffer(stream);
            for (const chunk of chunks) if (!stream.write(chunk)) await once(stream, "drain");
            stream.end();
            expect((await back).equals(Buffer.concat(chunks))).toBe(true);
          }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("lets a stream that nobody reads hold up itself alone, within its window", async () => {
    const streams: Duplex[] = [];
    const { opener } = pair((stream) => streams.push(stream));
    const stuck = opener.open();
    let accepted = 0;
    for (let index = 0; index < 64; index++) {
      stuck.write(Buffer.alloc(64 * 1024), () => (accepted += 64 * 1024));
    }
    await sleep(20);
    expect(accepted).toBeLessThanOrEqual(initialWindowBytes + 64 * 1024);

    const lively = opener.open();
    lively.end("through");
    await sleep(20);
    const other = streams[1];
    if (other === undefined) throw new Error("The second stream did not arrive.");
    expect((await buffer(other)).toString()).toBe("through");

    const got = streams[0] === undefined ? null : buffer(streams[0]);
    stuck.end();
    expect((await got)?.length).toBe(64 * 64 * 1024);
  });

  it("tells one side when the other gives up, and all when the connection goes", async () => {
    const streams: Duplex[] = [];
    const { opener, near } = pair((stream) => streams.push(stream.on("error", () => undefined)));
    const first = opener.open();
    await sleep(5);
    const failed = once(first, "error");
    streams[0]?.destroy();
    await failed;
    const second = opener.open();
    await sleep(5);
    const lost = once(second, "error");
    near.destroy();
    await lost;
    expect(opener.streams).toBe(0);
  });
});
