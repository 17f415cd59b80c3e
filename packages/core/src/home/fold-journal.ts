import { applyEvent } from "../events/apply-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import { checkChain, type JournalProblem } from "../journal/check-chain.ts";
import { parseLine } from "../journal/parse-line.ts";
import type { JournalHead } from "../ports/attempt-store.ts";
import { journalLines } from "./journal-lines.ts";

export interface FoldedJournal {
  /** Null when the journal does not begin as one. */
  readonly state: AttemptState | null;
  readonly head: JournalHead;
  readonly problems: readonly JournalProblem[];
}

/** Reads a journal from disk: its state, and everything about it that does not add up. */
export async function foldJournal(file: string, expected: JournalHead | null): Promise<FoldedJournal> {
  const chain = checkChain();
  let state: AttemptState | null = null;
  for await (const line of journalLines(file)) {
    chain.add(line.bytes, line.complete);
    if (!line.complete) continue;
    const parsed = parseLine(new TextDecoder().decode(line.bytes));
    if (parsed.kind === "malformed") continue;
    if (state === null && parsed.event.type !== "journal.opened") continue;
    state = applyEvent(state, parsed.event);
  }
  const head = chain.finish(expected);
  return { state, head, problems: chain.problems };
}
