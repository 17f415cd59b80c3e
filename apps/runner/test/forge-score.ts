import { readFile, rm } from "node:fs/promises";
import { createJournalFile, readRunFile, runLayout, writeRunFile } from "@rebench/core/home";
import { parseLine } from "@rebench/core";

/** Doubles every valid score of a run's first attempt, and makes chain, head and digest fit again. */
export async function forgeScore(directory: string): Promise<void> {
  const layout = runLayout(directory);
  const { journal: file } = layout.attempt(0);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  await rm(file);
  const journal = await createJournalFile(file);
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    const { seq: _seq, at, elapsedMs, ...event } = parsed.event;
    if ((event.type === "score.recorded" || event.type === "score.confirmed") && event.entry.status === "valid")
      event.entry.normalized *= 2;
    await journal.append(event, { at, elapsedMs });
  }
  await journal.close();
  const run = await readRunFile(layout.file);
  await writeRunFile(layout.file, {
    ...run,
    attempts: run.attempts.map((attempt, index) => (index === 0 ? { ...attempt, head: journal.head() } : attempt)),
  });
}
