import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleOpening } from "../testing/sample-events.ts";
import { foldJournal } from "./fold-journal.ts";
import { createJournalFile, reopenJournalFile } from "./journal-file.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rebench-journal-"));
  file = path.join(folder, "journal.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

const stamp = { at: 1, elapsedMs: 0 };
const note = (text: string) => ({ type: "note.added" as const, text });

describe("journal file", () => {
  it("keeps the order of appends that overlap, and each is on disk when it resolves", async () => {
    const journal = await createJournalFile(file);
    await Promise.all([
      journal.append(sampleOpening, stamp),
      ...Array.from({ length: 50 }, (_, n) => journal.append(note(String(n)), stamp)),
    ]);
    const lines = (await readFile(file, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number; text?: string });
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, n) => n));
    expect(lines.slice(1).map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    await journal.close();
    const folded = await foldJournal(file, journal.head());
    expect(folded.problems).toEqual([]);
    expect(folded.state?.notes).toBe(50);
  });

  it("refuses to begin a journal that exists", async () => {
    await (await createJournalFile(file)).close();
    await expect(createJournalFile(file)).rejects.toMatchObject({ code: "home.attempt-exists" });
  });

  it("cuts off a torn last line and goes on with a whole chain", async () => {
    const journal = await createJournalFile(file);
    await journal.append(sampleOpening, stamp);
    await journal.append(note("kept"), stamp);
    await journal.close();
    await appendFile(file, '{"seq":2,"prev":"abc');
    expect((await foldJournal(file, null)).problems.map(({ code }) => code)).toEqual(["journal.torn"]);
    const reopened = await reopenJournalFile(file);
    expect(reopened.removedBytes).toBe(20);
    await reopened.journal.append({ type: "journal.repaired", removedBytes: reopened.removedBytes }, stamp);
    await reopened.journal.close();
    const folded = await foldJournal(file, reopened.journal.head());
    expect(folded.problems).toEqual([]);
    expect(folded.state?.notes).toBe(1);
  });
});
