import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleOpening, sampleScore, stamped } from "../testing/sample-events.ts";
import type { AttemptEvent } from "../events/attempt-event.ts";
import type { JournalHead } from "../ports/attempt-store.ts";
import { checkChain, type JournalProblem } from "./check-chain.ts";
import { emptyHead, encodeLine, nextHead } from "./line.ts";

const events: readonly AttemptEvent[] = [
  sampleOpening,
  { type: "agent.started" },
  { type: "score.recorded", entry: sampleScore(0, 0) },
  { type: "note.added", text: "naïve – ünïcode" },
  { type: "attempt.finished", outcome: { kind: "completed" } },
];

function journal(): { bytes: Uint8Array; head: JournalHead } {
  let head = emptyHead;
  let text = "";
  for (const { seq: _, type: __, ...rest } of stamped(events, [5, 5, 5, 5])) {
    const event = events[head.lines] as AttemptEvent;
    const line = encodeLine(event, { at: rest.at, elapsedMs: rest.elapsedMs }, head);
    head = nextHead(head, line);
    text += `${line}\n`;
  }
  return { bytes: new TextEncoder().encode(text), head };
}

function problemsOf(bytes: Uint8Array, head: JournalHead | null): readonly JournalProblem[] {
  const chain = checkChain();
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 0x0a) continue;
    chain.add(bytes.subarray(from, at), true);
    from = at + 1;
  }
  if (from < bytes.length) chain.add(bytes.subarray(from), false);
  chain.finish(head);
  return chain.problems;
}

describe("checkChain", () => {
  it("finds nothing wrong with a journal as it was written", () => {
    const { bytes, head } = journal();
    expect(problemsOf(bytes, head)).toEqual([]);
  });

  it("reports a flipped bit anywhere", () => {
    const { bytes, head } = journal();
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(problemsOf(flipped, head), `byte ${at}`).not.toEqual([]);
    }
  });

  it("reports lines that were removed, repeated or swapped", () => {
    const { bytes, head } = journal();
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4]), fc.integer({ min: 0, max: 4 }), (kept, twice) => {
        fc.pre(kept.length < 5);
        const changed = [...kept, ...(kept.length === 4 ? [twice] : [])].map((index) => lines[index]);
        const text = changed.map((line) => `${line}\n`).join("");
        fc.pre(text !== new TextDecoder().decode(bytes));
        expect(problemsOf(new TextEncoder().encode(text), head)).not.toEqual([]);
      }),
    );
  });

  it("says which line a change is seen at", () => {
    const { bytes, head } = journal();
    const text = new TextDecoder().decode(bytes).replace('"normalized":0', '"normalized":1');
    expect(problemsOf(new TextEncoder().encode(text), head)).toEqual([
      { code: "journal.chain-broken", line: 4, message: "line 3 is not what it was when line 4 was written" },
    ]);
  });

  it("reports a torn last line", () => {
    const { bytes } = journal();
    expect(problemsOf(bytes.subarray(0, bytes.length - 1), null).map(({ code }) => code)).toEqual(["journal.torn"]);
  });

  it("reads event types of a later version", () => {
    const { bytes } = journal();
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
    const head = lines.reduce<JournalHead>(nextHead, emptyHead);
    const line = JSON.stringify({
      seq: head.lines,
      prev: head.hash,
      at: 1,
      elapsedMs: 30,
      type: "moon.risen",
      phase: "full",
    });
    expect(problemsOf(new TextEncoder().encode(`${lines.join("\n")}\n${line}\n`), nextHead(head, line))).toEqual([]);
  });
});
