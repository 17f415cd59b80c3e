import { mkdtemp, open, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createJournalFile } from "@rebench/core/home";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";

const appends = 1000;
const note = { type: "note.added", text: "x".repeat(200) } as const;

/** A journal append (hash, JSON, write, sync) against a bare append of as many bytes with the same sync, in turns. */
export async function journalAppend(): Promise<Measurement> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-bench-"));
  try {
    const journal = await createJournalFile(path.join(folder, "journal.jsonl"));
    const bare = await open(path.join(folder, "bare"), "a");
    const line = Buffer.alloc(360, "x");
    const ours: number[] = [];
    const beside: number[] = [];
    for (let round = 0; round < appends; round += 1) {
      const began = performance.now();
      await journal.append(note, { at: round, elapsedMs: round });
      const between = performance.now();
      await bare.appendFile(line);
      await bare.datasync();
      ours.push(between - began);
      beside.push(performance.now() - between);
    }
    await journal.close();
    await bare.close();
    return {
      name: "journal append against a bare synced append",
      ours: `${(median(ours) * 1000).toFixed(0)} µs`,
      beside: `${(median(beside) * 1000).toFixed(0)} µs`,
      ratio: median(ours) / median(beside),
      goal: 1.3,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
