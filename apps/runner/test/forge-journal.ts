import { readFile, rm } from "node:fs/promises";
import { parseLine, type AttemptEvent } from "@rebench/core";
import { createJournalFile, readRunFile, runLayout, writeRunFile } from "@rebench/core/home";

/** Changes events of a run's first attempt, and makes chain, head and digest fit again: a lie that only scoring can find. */
export async function forgeJournal(directory: string, change: (event: AttemptEvent) => AttemptEvent): Promise<void> {
  const layout = runLayout(directory);
  const { journal: file } = layout.attempt(0);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  await rm(file);
  const journal = await createJournalFile(file);
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    const { seq: _seq, at, elapsedMs, ...event } = parsed.event;
    await journal.append(change(event), { at, elapsedMs });
  }
  await journal.close();
  const run = await readRunFile(layout.file);
  await writeRunFile(layout.file, {
    ...run,
    attempts: run.attempts.map((attempt, index) => (index === 0 ? { ...attempt, head: journal.head() } : attempt)),
  });
}

/** Doubles every valid score. */
export function doubled(event: AttemptEvent): AttemptEvent {
  if ((event.type !== "score.recorded" && event.type !== "score.confirmed") || event.entry.status !== "valid")
    return event;
  return { ...event, entry: { ...event.entry, normalized: event.entry.normalized * 2 } };
}
